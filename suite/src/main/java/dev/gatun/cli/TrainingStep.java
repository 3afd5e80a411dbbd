package dev.gatun.cli;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a checkpoint's name says of where training stood: {@code pythia-70m-step1000}, {@code
 * stage1-step1000-tokens3B}, {@code checkpoint-500}, {@code global_step320000}.
 *
 * @param model what the name says before the stage and the step; may be empty
 * @param stage of training, as {@code stage1} or {@code stage2-ingredient1}
 * @param step empty where none is stated, which is not 0: that is untrained
 */
record TrainingStep(String model, Optional<String> stage, OptionalLong step) {
  private static final String STAGE = "(?<stage>stage[-_]?\\d+(?:[-_][a-z]+\\d+)*?)[-_.]+";
  private static final String STEP =
      "(?:global[-_]?)?(?:steps?|checkpoint|ckpt|iter|iteration)[-_]?(?<step>\\d{1,12})";
  private static final String AFTER = "(?:[-_](?:tokens?[-_]?[\\d.]+[kmbt]?|unsharded|hf))*";
  private static final Pattern NAME =
      Pattern.compile(
          "(?<model>.*?)[-_.]?(?:%s)?%s%s".formatted(STAGE, STEP, AFTER), Pattern.CASE_INSENSITIVE);

  static TrainingStep of(String name) {
    Matcher stated = NAME.matcher(name);
    return stated.matches()
        ? new TrainingStep(
            stated.group("model"),
            Optional.ofNullable(stated.group("stage")),
            OptionalLong.of(Long.parseLong(stated.group("step"))))
        : new TrainingStep(name, Optional.empty(), OptionalLong.empty());
  }
}
