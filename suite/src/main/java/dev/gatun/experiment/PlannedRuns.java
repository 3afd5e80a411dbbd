package dev.gatun.experiment;

import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** The runs that the claims of a command ask for, each once, in words. */
public record PlannedRuns(List<PlannedRun<?>> runs) {

  /** Keeps each run once. */
  public PlannedRuns {
    runs = runs.stream().<PlannedRun<?>>map(run -> run).distinct().toList();
  }

  /** Of some claims. */
  public static PlannedRuns of(List<Claim> claims, Tier tier, Seeds seeds) {
    return new PlannedRuns(
        claims.stream()
            .<PlannedRun<?>>flatMap(claim -> claim.trainings(tier, seeds).stream())
            .toList());
  }

  public boolean isEmpty() {
    return runs.isEmpty();
  }

  /** The models in words, as {@code GPT-2 style, V 2,048, D 48/64, 2 layers, 4 heads}. */
  public String models() {
    return String.format(
        Locale.ROOT,
        "%s style, V %s, D %s, %s layers, %s heads%s",
        runs.stream()
            .map(run -> run.setting().model().family().label())
            .distinct()
            .collect(Collectors.joining(" and ")),
        values(setting -> setting.model().vocabulary()),
        values(setting -> setting.model().width()),
        values(setting -> setting.model().layers()),
        values(setting -> setting.model().heads()),
        lmHeads());
  }

  /** Nothing if all are linear. */
  private String lmHeads() {
    List<String> labels =
        runs.stream().map(run -> run.setting().model().head().label()).distinct().toList();
    return labels.equals(List.of(HeadChoice.LINEAR.label()))
        ? ""
        : ", LM head " + String.join("/", labels);
  }

  /** The training in words, as {@code 20 runs of 150 steps × 2,048 tokens: 6.1 M}. */
  public String tokens() {
    long all = runs.stream().mapToLong(run -> run.setting().tokens()).sum();
    return String.format(
        Locale.ROOT,
        "%s runs of %s steps × %s tokens: %.1f M",
        runs.size(),
        values(RunSetting::steps),
        values(setting -> (long) setting.batch() * setting.length()),
        all / 1e6);
  }

  private String values(ToLongFunction<RunSetting> of) {
    return runs.stream()
        .mapToLong(run -> of.applyAsLong(run.setting()))
        .distinct()
        .mapToObj(value -> String.format(Locale.ROOT, "%,d", value))
        .collect(Collectors.joining("/"));
  }
}
