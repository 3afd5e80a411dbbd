package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LaunchTime;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.Json;
import dev.gatun.model.LanguageModel;
import dev.gatun.train.Trainer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where the time of one training step goes on a GPU: the time of each kernel, of the matrix
 * products by shape, and of the copies. The step is a plain one: launches that a graph holds cannot
 * be timed one by one.
 *
 * @param work the model's name
 * @param rows by time, the longest first
 */
public record KernelTimes(String work, List<Row> rows) {
  /**
   * All launches of a kernel.
   *
   * @param share of the time of all kernels
   */
  public record Row(String kernel, long count, double seconds, double share) {
    private static Row of(String kernel, DoubleSummaryStatistics times, double all) {
      return new Row(kernel, times.getCount(), times.getSum(), times.getSum() / all);
    }

    /** As a line of a table. */
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "%5.1f %%  %9.3f ms  %5d x  %s", 100 * share, 1e3 * seconds, count, kernel);
    }
  }

  /** The names of the models: those of the works of {@code gatun bench} that train them. */
  public static List<String> works() {
    return works(false).stream().map(TrainingWork::name).toList();
  }

  private static List<TrainingWork> works(boolean small) {
    return small
        ? List.of(TrainingWork.SMALL_SPAMLANG, TrainingWork.SMALL_GPT2)
        : List.of(TrainingWork.SPAMLANG_PAPER, TrainingWork.GPT2);
  }

  /**
   * Times the second step of a model: with the first one come buffers and code.
   *
   * @param small only show that it can be timed, by a model with the same kernels
   */
  public static KernelTimes of(Backend backend, String work, boolean small) {
    TrainingWork training =
        works(small).stream().filter(it -> it.name().equals(work)).findFirst().orElseThrow();
    try (LanguageModel model = training.model(backend)) {
      try (Trainer first = training.trainer(model, 1, List.of(training.lossCheck()))) {
        first.run();
      }
      try (Trainer second = training.trainer(model, 1, List.of())) {
        return of(work, backend.launchTimes(second::run));
      }
    }
  }

  private static KernelTimes of(String work, List<LaunchTime> launches) {
    double all = launches.stream().mapToDouble(LaunchTime::seconds).sum();
    var byKernel =
        launches.stream()
            .collect(
                Collectors.groupingBy(
                    LaunchTime::name,
                    TreeMap::new,
                    Collectors.summarizingDouble(LaunchTime::seconds)));
    List<Row> rows =
        byKernel.entrySet().stream()
            .map(it -> Row.of(it.getKey(), it.getValue(), all))
            .sorted(Comparator.comparingDouble(Row::seconds).reversed())
            .toList();
    return new KernelTimes(work, rows);
  }

  /** Seconds that the device works in the whole step. */
  public double seconds() {
    return rows.stream().mapToDouble(Row::seconds).sum();
  }

  /** Replaces a file by these times of several models, as JSON. */
  public static void write(List<KernelTimes> times, Path file) {
    AtomicFile.write(file, Json.indented(times).getBytes(StandardCharsets.UTF_8));
  }
}
