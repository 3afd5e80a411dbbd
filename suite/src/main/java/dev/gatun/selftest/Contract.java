package dev.gatun.selftest;

import dev.gatun.selftest.Commands.Ending;
import dev.gatun.selftest.StepResult.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * The contract of a device in shards, each in a JVM of its own: a fault after which a GPU answers
 * nothing more spoils one of them. A shard that fails on a GPU is run again with each launch waited
 * for, so that the failure names its kernel.
 */
final class Contract {

  private static final Map<String, String> WAITING = Map.of("CUDA_LAUNCH_BLOCKING", "1");

  /** The processors that a JVM with its threads and a copy of the libraries keeps busy. */
  private static final int PROCESSORS_PER_SHARD = 2;

  private static final int MOST_AT_ONCE = 8;

  /** The most failures of a shard that the page shows. */
  private static final int MOST_SHOWN = 8;

  private final Commands commands;
  private final Path folder;
  private final List<String> options;
  private final Path work;
  private final Path results;

  /**
   * A part of the contract.
   *
   * @param test its class
   * @param few JUnit's identifier of one of its tests, which shows that it can run; empty for a
   *     part that is always run as a whole
   * @param isOptional whether a machine may lack what it needs
   */
  record Shard(String name, String test, String few, boolean isOptional) {
    static Shard of(String name, String test, String few) {
      return new Shard(name, test, few.formatted(test), false);
    }

    Shard optional() {
      return new Shard(name, test, few, true);
    }

    /** JUnit's identifier of what is to run. */
    String selector(boolean onlyFew) {
      return onlyFew ? few : "class:" + test;
    }
  }

  private static final Shard SMOKE_ON_CUDA =
      new Shard("smoke", "dev.gatun.train.RealGpuSmokeIT", "", false);
  private static final Shard SMOKE_ON_CPU =
      new Shard("smoke", "dev.gatun.train.CpuSmokeTest", "", false);

  private static final Shard OPERATIONS =
      Shard.of("operations", "dev.gatun.backend.cuda.RealGpuIT", "method:%s#noRowsAreNoWork()");
  private static final Shard ATTENTION =
      Shard.of(
          "attention",
          "dev.gatun.backend.cuda.RealGpuAttentionIT",
          "method:%s#equalInputsGiveEqualBytes()");
  private static final Shard LOSSES =
      Shard.of(
          "losses", "dev.gatun.backend.cuda.RealGpuLossKernelsIT", "method:%s#aNanStaysInItsRow()");

  private static final List<Shard> ON_CUDA =
      List.of(
          OPERATIONS,
          Shard.of(
              "math modes",
              "dev.gatun.backend.cuda.RealGpuMathModeIT",
              "method:%s#recordedProductsRoundWhatTheirOperandsHoldThen()"),
          ATTENTION,
          Shard.of(
                  "attention by cuDNN",
                  "dev.gatun.backend.cuda.RealGpuCudnnAttentionIT",
                  "method:%s#equalInputsGiveEqualBytes()")
              .optional(),
          LOSSES,
          Shard.of(
              "heads",
              "dev.gatun.model.head.RealGpuHeadFamilyIT",
              "iteration:method:%s#headsOnCudaFollowTheOracle(dev.gatun.model.HeadForm)[0]"),
          Shard.of(
              "fixtures",
              "dev.gatun.model.checkpoint.RealGpuFixtureIT",
              "iteration:method:%s#everyTensorIsAsExactAsThatOfPyTorch(java.lang.String)[0]"),
          Shard.of(
              "streamed backbone",
              "dev.gatun.model.checkpoint.RealGpuStreamedBackboneIT",
              "iteration:method:%s#hiddenStatesAreThoseOfTheWholeModelToTheByte(java.lang.String)[0]"),
          Shard.of(
              "training",
              "dev.gatun.train.RealGpuTrainingIT",
              "iteration:method:%s#lossesWithRoundedProductsFollowTheCpu(dev.gatun.backend.MathMode)[1]"));

  private static final List<Shard> ON_CPU =
      List.of(
          Shard.of(
              "operations", "dev.gatun.backend.cpu.CpuBackendTest", "method:%s#noRowsAreNoWork()"),
          Shard.of(
              "products",
              "dev.gatun.backend.cpu.MatrixProductsTest",
              "iteration:method:%s#bytesAreEqualWithTheKernelsOfAnotherProcessor(java.lang.String)[0]"),
          Shard.of(
              "linear algebra",
              "dev.gatun.backend.cpu.LapackTest",
              "method:%s#notANumberInTheMatrixIsNamed()"),
          Shard.of(
              "fixtures",
              "dev.gatun.model.checkpoint.CpuFixtureTest",
              "iteration:method:%s#everyTensorIsAsExactAsThatOfPyTorch(java.lang.String)[0]"),
          Shard.of(
              "training",
              "dev.gatun.train.CpuTrainingTest",
              "method:%s#lossOfATrivialLanguageFalls()"));

  /**
   * @param folder the bundle's folder of tests
   * @param options for every JVM
   * @param work for files on the way
   * @param results the file that takes all results
   */
  Contract(Commands commands, Path folder, List<String> options, Path work, Path results) {
    this.commands = commands;
    this.folder = folder;
    this.options = options;
    this.work = work;
    this.results = results;
  }

  /** The classes of tests that run on a GPU, of all steps. */
  static List<String> testsOnCuda() {
    return Stream.concat(Stream.of(SMOKE_ON_CUDA), ON_CUDA.stream()).map(Shard::test).toList();
  }

  /** The classes of tests that run on a CPU, of all steps. */
  static List<String> testsOnCpu() {
    return Stream.concat(Stream.of(SMOKE_ON_CPU), ON_CPU.stream()).map(Shard::test).toList();
  }

  /**
   * A shard's outcome.
   *
   * @param skipped whether all of its tests were skipped
   * @param lines what the page says of it
   */
  record Outcome(boolean passed, boolean skipped, List<String> lines) {}

  /** The shards of a device, without the smoke test. */
  static List<Shard> shards(boolean onCuda) {
    return onCuda ? ON_CUDA : ON_CPU;
  }

  /** Runs shards, several at once, within a number of seconds. */
  Finding check(List<Shard> shards, boolean onCuda, boolean few, double seconds) {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    int atOnce = Runtime.getRuntime().availableProcessors() / PROCESSORS_PER_SHARD;
    try (var pool = Executors.newFixedThreadPool(Math.clamp(atOnce, 1, MOST_AT_ONCE))) {
      List<Callable<Outcome>> calls =
          shards.stream()
              .<Callable<Outcome>>map(shard -> () -> check(shard, few, onCuda, end))
              .toList();
      var lines = new ArrayList<String>();
      boolean passed = true;
      for (Future<Outcome> future : pool.invokeAll(calls)) {
        Outcome outcome = future.get();
        passed &= outcome.passed();
        lines.addAll(outcome.lines());
      }
      return Finding.of(passed, lines);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    }
  }

  private Outcome check(Shard shard, boolean few, boolean onCuda, long end) throws IOException {
    List<String> selectors = List.of(shard.selector(few));
    Outcome first = run(shard.name(), List.of(), selectors, Map.of(), end);
    if (first.skipped() && shard.isOptional()) {
      return new Outcome(true, true, first.lines());
    }
    if (first.passed() || !onCuda || secondsUntil(end) < 5) {
      return first;
    }
    Outcome again =
        run(shard.name() + ", each launch waited for", List.of(), selectors, WAITING, end);
    var lines = new ArrayList<>(first.lines());
    lines.addAll(again.lines());
    return new Outcome(false, false, lines);
  }

  /** One part of the contract that shows at once whether there is any use in the others. */
  Finding smoke(boolean onCuda, double seconds) throws IOException {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    Outcome outcome = check(onCuda ? SMOKE_ON_CUDA : SMOKE_ON_CPU, false, onCuda, end);
    return Finding.of(outcome.passed(), outcome.lines());
  }

  /** The kernels' part of the contract under compute-sanitizer, each tensor a block of its own. */
  Finding memory(Path sanitizer, boolean few, double seconds) throws IOException {
    var prefix =
        List.of(
            sanitizer.toString(),
            "--tool",
            "memcheck",
            "--error-exitcode",
            "9",
            "--print-limit",
            "20");
    long end = System.nanoTime() + (long) (seconds * 1e9);
    List<String> selectors =
        Stream.of(ATTENTION, LOSSES, OPERATIONS).map(shard -> shard.selector(few)).toList();
    Outcome outcome = run("memory", prefix, selectors, Map.of(), end);
    return Finding.of(outcome.passed(), outcome.lines());
  }

  private static double secondsUntil(long end) {
    return (end - System.nanoTime()) * 1e-9;
  }

  private Outcome run(
      String name, List<String> prefix, List<String> selectors, Map<String, String> more, long end)
      throws IOException {
    if (secondsUntil(end) < 1) {
      return new Outcome(false, false, List.of(name + ": not run, the time was up"));
    }
    String file = "contract-" + name.replaceAll("\\W+", "-");
    Path tests = work.resolve(file + "-tests.txt");
    var all = new ArrayList<>(options);
    if (!prefix.isEmpty()) {
      all.add("-Dgatun.cuda.exact=true");
    }
    var command = new ArrayList<>(prefix);
    command.addAll(commands.contract(folder, all, tests, selectors));
    long start = System.nanoTime();
    Ending ending = commands.run(file, command, more, secondsUntil(end));
    double seconds = (System.nanoTime() - start) * 1e-9;
    List<String> lines = Commands.lines(tests);
    keep(name, lines);
    return judge(name, ending, lines, seconds);
  }

  static Outcome judge(String name, Ending ending, List<String> tests, double seconds) {
    int passed = linesOf("PASSED ", tests).size();
    List<String> failed = linesOf("FAILED ", tests);
    List<String> skipped = linesOf("SKIPPED ", tests);
    var lines = new ArrayList<String>();
    lines.add(
        "%s: %d passed, %d failed%s in %.0f s%s"
            .formatted(
                name,
                passed,
                failed.size(),
                skipped.isEmpty() ? "" : ", %d skipped".formatted(skipped.size()),
                seconds,
                ending.timeIsUp() ? ", and then the time was up" : ""));
    skipped.stream().limit(1).forEach(lines::add);
    failed.stream().limit(MOST_SHOWN).forEach(lines::add);
    if (failed.size() > MOST_SHOWN) {
      lines.add("… and %d more in contract.txt".formatted(failed.size() - MOST_SHOWN));
    }
    if (!ending.isGood()) {
      diedAt(tests).ifPresent(test -> lines.add("ENDED in " + test));
      if (failed.isEmpty() && skipped.isEmpty()) {
        lines.addAll(Page.lastLines(ending.printed(), 3));
      }
    }
    boolean isNone = passed == 0 && failed.isEmpty() && diedAt(tests).isEmpty();
    return new Outcome(ending.isGood(), isNone && !skipped.isEmpty(), lines);
  }

  private static List<String> linesOf(String beginning, List<String> tests) {
    return tests.stream().filter(line -> line.startsWith(beginning)).toList();
  }

  /** The test that the JVM was at. */
  private static Optional<String> diedAt(List<String> tests) {
    return tests.isEmpty() || !tests.getLast().startsWith("STARTED ")
        ? Optional.empty()
        : Optional.of(tests.getLast().substring("STARTED ".length()));
  }

  private synchronized void keep(String name, List<String> tests) {
    var lines = new ArrayList<>(List.of("== " + name));
    lines.addAll(tests.stream().filter(line -> !line.startsWith("STARTED ")).toList());
    diedAt(tests).ifPresent(test -> lines.add("ENDED in " + test));
    try {
      Files.write(results, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
