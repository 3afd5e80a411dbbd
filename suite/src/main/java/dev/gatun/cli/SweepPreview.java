package dev.gatun.cli;

import dev.gatun.experiment.Computation;
import dev.gatun.experiment.RunEstimate;
import dev.gatun.experiment.RunEstimate.Group;
import dev.gatun.experiment.RunSetting;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What the work will take, for people, and the refusal of training runs that cannot fit.
 *
 * @param estimate of the training runs
 * @param computing seconds of what trains nothing
 */
record SweepPreview(RunEstimate estimate, double computing) {
  /** More than this repeats text that the model has learned already. */
  private static final double MANY_EPOCHS = 4;

  /** The table of training runs alone. */
  SweepPreview(RunEstimate estimate) {
    this(estimate, 0);
  }

  /**
   * Refuses runs that cannot fit the device's memory.
   *
   * @throws IllegalArgumentException naming the largest run
   */
  void requireFits() {
    if (estimate.freeBytes().isEmpty() || estimate.bytes() <= estimate.freeBytes().getAsLong()) {
      return;
    }
    Group largest = estimate.largest();
    throw new IllegalArgumentException(
        "%s %s needs %s (%s to train, %s to measure)%s and %s are free; take fewer --jobs, a smaller --tier or a device with more memory"
            .formatted(
                largest.experiment(),
                largest.setting().arm(),
                bytes(largest.bytes()),
                bytes(largest.memory().total()),
                bytes(largest.measurementBytes()),
                estimate.jobs() == 1
                    ? ""
                    : ", %s jobs %s".formatted(estimate.jobs(), bytes(estimate.bytes())),
                bytes(estimate.freeBytes().getAsLong())));
  }

  /** One line: memory, and time if it was estimated. */
  String summary() {
    String memory =
        "at most %s%s"
            .formatted(
                bytes(estimate.bytes()),
                estimate.freeBytes().isEmpty()
                    ? ""
                    : " of %s free".formatted(bytes(estimate.freeBytes().getAsLong())));
    return estimate.seconds().isEmpty()
        ? memory
        : "about %s, %s".formatted(Computation.duration(estimate.seconds().getAsDouble()), memory);
  }

  void print(Console console) {
    if (!estimate.groups().isEmpty()) {
      printTrainings(console);
    }
    if (computing > 0) {
      console.line(total());
    }
  }

  /** One line: what trains nothing, and all the work. */
  String total() {
    return "what trains nothing: about %s; all together: about %s"
        .formatted(Computation.duration(computing), Computation.duration(seconds()));
  }

  /** Seconds of all the work that is still to be done. */
  double seconds() {
    return computing + estimate.seconds().orElse(0);
  }

  private void printTrainings(Console console) {
    console.table(
        List.of("runs", "model", "steps × tokens", "time", "memory"),
        estimate.groups().stream().map(SweepPreview::row).toList());
    console.line("all training runs: " + summary());
    console.line("memory of the largest: " + parts(estimate.largest()));
    estimate.groups().stream()
        .filter(group -> group.epochs().orElse(0) > MANY_EPOCHS)
        .max(Comparator.comparingDouble(group -> group.epochs().getAsDouble()))
        .ifPresent(group ->
            console.line(
                String.format(
                    Locale.ROOT,
                    "%s %s reads its corpus %.0f times and will know it by heart; give a larger one"
                        + " with --corpus",
                    group.experiment(),
                    group.setting().arm(),
                    group.epochs().getAsDouble())));
  }

  private static List<String> row(Group group) {
    RunSetting setting = group.setting();
    var cells = new ArrayList<String>();
    cells.add(
        group.unfinished() == group.runs()
            ? "%s × %s %s".formatted(group.runs(), group.experiment(), setting.arm())
            : "%s of %s × %s %s"
                .formatted(group.unfinished(), group.runs(), group.experiment(), setting.arm()));
    cells.add(
        String.format(
            Locale.ROOT,
            "V %,d, D %,d, %d layers",
            setting.model().vocabulary(),
            setting.model().width(),
            setting.model().layers()));
    cells.add(
        String.format(
            Locale.ROOT,
            "%,d × %,d = %.1f M",
            setting.steps(),
            (long) setting.batch() * setting.length(),
            setting.tokens() / 1e6));
    cells.add(
        group.seconds().isEmpty()
            ? ""
            : "%s × %s"
                .formatted(
                    group.unfinished(), Computation.duration(group.seconds().getAsDouble())));
    cells.add(bytes(group.bytes()));
    return cells;
  }

  private static String parts(Group group) {
    return "%s weights, %s gradients, %s moments, %s activations, %s logits, %s to measure"
        .formatted(
            bytes(group.memory().parameters()),
            bytes(group.memory().gradients()),
            bytes(group.memory().moments()),
            bytes(group.memory().activations()),
            bytes(group.memory().logits()),
            bytes(group.measurementBytes()));
  }

  private static String bytes(long bytes) {
    double mebibytes = bytes / 1048576.0;
    return mebibytes < 1024
        ? String.format(Locale.ROOT, mebibytes < 10 ? "%.1f MiB" : "%.0f MiB", mebibytes)
        : String.format(Locale.ROOT, "%.1f GiB", mebibytes / 1024);
  }
}
