package dev.gatun.cli;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.bench.Measurement;
import dev.gatun.bench.PeerSetting;
import dev.gatun.bench.Work;
import java.util.Collections;
import java.util.Locale;

/** The table of {@code gatun bench}, whose rows are printed one by one as they are measured. */
final class BenchTable {
  private static final String ROW = "  %-18s  %20s  %18s  %12s  %11s  %18s  %11s  %-22s  %s";

  static final String HEADER =
      line(
          "work",
          "floor",
          "Gatun, best",
          "of the floor",
          "memory",
          "PyTorch, best",
          "best / best",
          "pairs: median [range]",
          "PyTorch's fastest setting");

  private BenchTable() {}

  /** What the table was measured on. */
  static String title(DeviceDescription device) {
    return String.format(
        Locale.ROOT, "%n%s, %d threads, %s", device.name(), device.threads(), device.mathMode());
  }

  static String row(Measurement result) {
    return line(
        result.work().name(),
        time(result.floor().seconds()) + " " + result.floor().bound(),
        speed(result.work(), result.best()),
        result.floorFault().isPresent()
            ? "WRONG"
            : String.format(Locale.ROOT, "%.0f %%", 100 * result.floor().seconds() / result.best()),
        memory(result.peakBytes()),
        result.peer().map(p -> speed(result.work(), Collections.min(p.seconds()))).orElse(""),
        result.peer().isEmpty() ? "" : number(result.ratioOfBests().orElseThrow()),
        result.peer().isEmpty() ? "" : pairs(result),
        result.peer().map(p -> setting(p.setting(), p.peakBytes())).orElse(""));
  }

  private static String pairs(Measurement result) {
    var ratios = result.ratios();
    return "%s [%s, %s]"
        .formatted(
            number(Measurement.median(ratios)),
            number(ratios.getFirst()),
            number(ratios.getLast()));
  }

  private static String setting(PeerSetting setting, long peakBytes) {
    return "%s, %d threads%s"
        .formatted(
            setting.work(), setting.threads(), peakBytes == 0 ? "" : ", " + memory(peakBytes));
  }

  private static String speed(Work work, double seconds) {
    return work.tokens() > 0
        ? String.format(Locale.ROOT, "%,.0f tokens/s", work.tokens() / seconds)
        : time(seconds);
  }

  private static String time(double seconds) {
    return String.format(Locale.ROOT, "%.2f ms", seconds * 1e3);
  }

  private static String memory(long bytes) {
    return String.format(Locale.ROOT, "%.0f MiB", bytes / 1048576.0);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String line(Object... cells) {
    return ROW.formatted(cells).stripTrailing();
  }
}
