package dev.gatun.selftest;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.Json;
import dev.gatun.io.Ordered;
import dev.gatun.selftest.Commands.Ending;
import dev.gatun.selftest.StepResult.Finding;
import dev.gatun.selftest.StepResult.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The steps of {@code gatun selftest}. Each runs in processes of its own and has a limit; what it
 * finds is on disk before the next begins, and no failure keeps the next from running.
 */
public final class SelfTest {
  /** The seconds that each step may take, in their order. */
  private static final Map<String, Integer> LIMITS =
      Ordered.map(
          Map.entry("doctor", 30),
          Map.entry("kernels", 60),
          Map.entry("smoke", 40),
          Map.entry("contract", 120),
          Map.entry("memory", 60),
          Map.entry("bench", 170),
          Map.entry("profile", 40),
          Map.entry("claims", 110));

  /** The names of the steps, in their order. */
  public static final List<String> STEPS = List.copyOf(LIMITS.keySet());

  /** The seconds that all take together where these limits hold; with others they grow along. */
  private static final double USUAL_SECONDS = 480;

  /** The least that a step, or a part of one, is begun with. */
  private static final double LEAST_SECONDS = 3;

  private static final double SECONDS_OF_A_WORK = 45;

  /** This many rows of each of two models fit the page. */
  private static final int KERNELS_OF_A_MODEL = 14;

  private static final String NO_CONTRACT =
      "the tests of the contract are in the archive of `make bundle` alone";

  private final Plan plan;
  private final Consumer<String> says;
  private final OutputFolder out;
  private Optional<Python> python = Optional.empty();
  private long end;

  /**
   * What is asked for.
   *
   * @param title says what is tested
   * @param out the folder of results, created if need be
   * @param device {@code cpu} or {@code cuda}
   * @param time for all of it
   * @param small only show that every step can run, at sizes that measure nothing
   * @param only the steps to run, all if there is none; what an earlier run found of the others
   *     stays
   * @param contract the bundle's folder of tests, if this is a bundle
   * @param works what is measured, in this order
   * @param claims those that share runs together
   */
  public record Plan(
      String title,
      Path out,
      String device,
      Duration time,
      boolean small,
      List<String> only,
      Optional<Path> contract,
      List<String> works,
      List<List<String>> claims) {
    boolean isOnCuda() {
      return device.equals("cuda");
    }
  }

  /**
   * What came of it.
   *
   * @param page at most 12,000 characters
   * @param good whether no step failed
   */
  public record Report(String page, boolean good) {}

  /**
   * @param says shows a line
   */
  public SelfTest(Plan plan, Consumer<String> says) {
    this.plan = plan;
    this.says = says;
    this.out = new OutputFolder(plan.out());
  }

  /** Runs the steps. */
  public Report run() {
    end = System.nanoTime() + plan.time().toNanos();
    try {
      List<StepResult> results = new ArrayList<>(plan.only().isEmpty() ? List.of() : out.earlier());
      out.create();
      try (var commands = new Commands(out.work())) {
        if (plan.isOnCuda()) {
          lookForPython(commands);
        }
        try (var _ = warming(commands)) {
          for (String step : STEPS) {
            if (plan.only().isEmpty() || plan.only().contains(step)) {
              put(results, run(step, commands));
              out.write(plan.title(), results);
            }
          }
        }
      }
      out.tidy();
      boolean good = results.stream().noneMatch(it -> it.outcome() == Outcome.FAILED);
      return new Report(Page.of(plan.title(), results), good);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void put(List<StepResult> results, StepResult result) {
    results.removeIf(it -> it.step().equals(result.step()));
    results.add(result);
    results.sort(Comparator.comparingInt(it -> STEPS.indexOf(it.step())));
  }

  /** PyTorch's packages bring the libraries; what it compiles for the bench takes a minute. */
  private void lookForPython(Commands commands) {
    python = Python.find(commands);
    if (System.getenv("GATUN_CUDA") == null) {
      python
          .flatMap(Python::libraries)
          .ifPresent(folder -> commands.putEnvironment("GATUN_CUDA", folder.toString()));
    }
    commands.putEnvironment(
        "TORCHINDUCTOR_CACHE_DIR", out.work().resolve("inductor").toAbsolutePath().toString());
  }

  /** PyTorch compiles the large models while the contract runs. */
  private Warming warming(Commands commands) {
    boolean measures = plan.only().isEmpty() || plan.only().contains("bench");
    if (plan.small() || !measures || python.flatMap(Python::torch).isEmpty()) {
      return () -> {};
    }
    Thread thread =
        Thread.ofVirtual()
            .start(() -> {
              try {
                python
                    .orElseThrow()
                    .warm(
                        commands,
                        out.work(),
                        List.of("spamlang-paper-compiled", "gpt2-124m-compiled"),
                        "bf16",
                        secondsLeft());
              } catch (IOException e) {
                says.accept("PyTorch's compilation was not prepared: " + e.getMessage());
              }
            });
    return thread::interrupt;
  }

  /** Ends the warming. */
  private interface Warming extends AutoCloseable {
    @Override
    void close();
  }

  private double secondsLeft() {
    return (end - System.nanoTime()) * 1e-9;
  }

  /** By what limits are multiplied; a CPU has fewer steps, so that each may take longer. */
  private double shareOfUsualTime() {
    return plan.time().toMillis() * 1e-3 / USUAL_SECONDS * (plan.isOnCuda() ? 1 : 1.4);
  }

  private StepResult run(String step, Commands commands) {
    double seconds = Math.min(secondsLeft(), LIMITS.get(step) * shareOfUsualTime());
    long start = System.nanoTime();
    Finding finding;
    if (secondsLeft() < LEAST_SECONDS) {
      finding = Finding.skipped("the time was up");
    } else {
      says.accept("%s, at most %.0f s".formatted(step, seconds));
      try {
        finding = find(step, commands, seconds);
      } catch (IOException | RuntimeException e) {
        finding = Finding.of(false, List.of(String.valueOf(e)));
      }
    }
    double took = (System.nanoTime() - start) * 1e-9;
    says.accept(
        "%s %s in %.0f s".formatted(step, finding.outcome().name().toLowerCase(Locale.ROOT), took));
    return new StepResult(step, finding.outcome(), took, finding.lines());
  }

  private Finding find(String step, Commands commands, double seconds) throws IOException {
    return switch (step) {
      case "doctor" -> doctor(commands, seconds);
      case "kernels" -> kernels(commands, seconds);
      case "smoke" ->
          plan.contract().isEmpty()
              ? Finding.skipped(NO_CONTRACT)
              : contract(commands).smoke(plan.isOnCuda(), seconds);
      case "contract" ->
          plan.contract().isEmpty()
              ? Finding.skipped(NO_CONTRACT)
              : contract(commands)
                  .check(Contract.shards(plan.isOnCuda()), plan.isOnCuda(), plan.small(), seconds);
      case "memory" -> memory(commands, seconds);
      case "bench" -> bench(commands, seconds);
      case "profile" -> profile(commands, seconds);
      default -> claims(commands, seconds);
    };
  }

  private Contract contract(Commands commands) {
    // Without the device that was asked for, its tests are to fail.
    List<String> options = plan.isOnCuda() ? List.of("-Dgatun.gpu=demanded") : List.of();
    return new Contract(
        commands, plan.contract().orElseThrow(), options, out.work(), out.file("contract.txt"));
  }

  /** What the machine has; where there is a GPU, its clocks too. */
  private Finding doctor(Commands commands, double seconds) throws IOException {
    Ending ending = commands.run("doctor", commands.gatun("doctor", "--json"), Map.of(), seconds);
    var lines = new ArrayList<String>();
    boolean usable = ending.isGood();
    try {
      String json =
          String.join("\n", ending.printed().stream().dropWhile(l -> !l.equals("{")).toList());
      JsonNode findings = JsonMapper.shared().readTree(json);
      AtomicFile.write(out.file("doctor.json"), json.getBytes(StandardCharsets.UTF_8));
      findings
          .get("machine")
          .properties()
          .forEach(entry -> lines.add(entry.getKey() + ": " + entry.getValue().asString()));
      findings.get("uses").forEach(use -> lines.add(use.get("sentence").asString()));
      usable &= !plan.isOnCuda() || findings.get("cuda").get("usable").asBoolean();
    } catch (JacksonException | NullPointerException _) {
      usable = false;
      lines.addAll(Page.lastLines(ending.printed(), 5));
    }
    if (plan.isOnCuda()) {
      lines.addAll(clocks(commands));
      lines.add(
          python
              .flatMap(Python::torch)
              .map(version -> "PyTorch " + version + " by python3")
              .orElse("no python3 that has PyTorch, so nothing is compared with it"));
    }
    return Finding.of(usable, lines);
  }

  private static List<String> clocks(Commands commands) {
    String asked =
        "name,driver_version,memory.total,memory.used,clocks.sm,clocks.max.sm,clocks.mem,"
            + "power.draw,power.limit,temperature.gpu,compute_mode,mig.mode.current";
    List<String> command = List.of("nvidia-smi", "--query-gpu=" + asked, "--format=csv,noheader");
    try {
      return commands.run("nvidia-smi", command, Map.of(), 10).printed().stream()
          .limit(8)
          .map(line -> "nvidia-smi: " + line)
          .toList();
    } catch (IOException e) {
      return List.of("nvidia-smi: " + e.getMessage());
    }
  }

  private Finding kernels(Commands commands, double seconds) throws IOException {
    if (!plan.isOnCuda()) {
      return Finding.skipped("the CPU has none to compile");
    }
    Ending ending =
        commands.run("kernels", commands.gatun("doctor", "--kernels"), Map.of(), seconds);
    return Finding.of(ending.isGood(), Page.lastLines(ending.printed(), ending.isGood() ? 1 : 12));
  }

  private Finding memory(Commands commands, double seconds) throws IOException {
    if (!plan.isOnCuda()) {
      return Finding.skipped("compute-sanitizer checks GPUs");
    }
    if (plan.contract().isEmpty()) {
      return Finding.skipped(NO_CONTRACT);
    }
    Optional<Path> sanitizer =
        Stream.concat(
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":")),
                Stream.of("/usr/local/cuda/bin"))
            .map(folder -> Path.of(folder, "compute-sanitizer"))
            .filter(Files::isExecutable)
            .findFirst();
    return sanitizer.isEmpty()
        ? Finding.skipped("there is no compute-sanitizer here")
        : contract(commands).memory(sanitizer.get(), plan.small(), seconds);
  }

  /** Each work in a process of its own, whose times are kept together. */
  private Finding bench(Commands commands, double seconds) throws IOException {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    List<JsonNode> times = new ArrayList<>();
    var lines = new ArrayList<String>();
    boolean good = true;
    for (String math : plan.isOnCuda() ? List.of("bf16", "tf32") : List.of("f32")) {
      lines.add("in " + math);
      for (String name : plan.works()) {
        double left = (until - System.nanoTime()) * 1e-9;
        if (left < LEAST_SECONDS) {
          lines.add("SKIPPED " + name + ": the time was up");
          continue;
        }
        Path file = out.work().resolve("bench-%s-%s.json".formatted(name, math));
        Ending ending =
            commands.run(
                "bench-%s-%s".formatted(name, math),
                commands.gatun(benchArguments(name, math, file)),
                Map.of(),
                Math.min(left, SECONDS_OF_A_WORK * shareOfUsualTime()));
        // A work that the time was too short for has not failed.
        good &= ending.isGood() || ending.timeIsUp();
        lines.addAll(rows(name, ending));
        if (Files.exists(file)) {
          JsonMapper.shared().readTree(Files.readString(file)).forEach(times::add);
          AtomicFile.write(
              out.file("bench.json"), Json.indented(times).getBytes(StandardCharsets.UTF_8));
        }
      }
    }
    return Finding.of(good, lines);
  }

  private String[] benchArguments(String name, String math, Path file) {
    var arguments = new ArrayList<>(List.of("bench", name, "--device", plan.device()));
    arguments.addAll(List.of("--pairs", "3", "--out", file.toString()));
    if (plan.isOnCuda()) {
      arguments.addAll(List.of("--math", math));
    }
    if (plan.small()) {
      arguments.add("--small");
    }
    python
        .filter(it -> it.torch().isPresent() && !plan.small())
        .ifPresent(it -> arguments.addAll(List.of("--peer", it.command(), "--peer-seconds", "15")));
    return arguments.toArray(String[]::new);
  }

  /** The rows of the table, and what failed. */
  private static List<String> rows(String name, Ending ending) {
    var lines =
        new ArrayList<>(
            ending.printed().stream()
                .filter(line -> line.startsWith("  " + name + " ") || line.startsWith("FAILED: "))
                .map(line -> line.strip().replaceAll(" {2,}", " | "))
                .toList());
    if (ending.timeIsUp()) {
      lines.add("SKIPPED %s: not finished when the time was up".formatted(name));
    } else if (lines.isEmpty()) {
      String said = String.join(" / ", Page.lastLines(ending.printed(), 2));
      lines.add("FAILED %s: %s".formatted(name, said));
    }
    return lines;
  }

  /** Where the time of a step of the large models goes, in the math mode that they are for. */
  private Finding profile(Commands commands, double seconds) throws IOException {
    if (!plan.isOnCuda()) {
      return Finding.skipped("the CPU has no kernels to time");
    }
    var arguments = new ArrayList<>(List.of("bench", "--kernels", "--device", plan.device()));
    arguments.addAll(List.of("--math", "bf16", "--out", out.file("kernels.json").toString()));
    if (plan.small()) {
      arguments.add("--small");
    }
    Ending ending =
        commands.run(
            "profile", commands.gatun(arguments.toArray(String[]::new)), Map.of(), seconds);
    List<String> lines = longest(ending.printed());
    if (ending.timeIsUp()) {
      lines.add("not finished when the time was up");
    } else if (!ending.isGood()) {
      lines.addAll(Page.lastLines(ending.printed(), 3));
    }
    return Finding.of(ending.isGood() || ending.timeIsUp() && lines.size() > 1, lines);
  }

  /** The kernels of each model that take longest; kernels.json has all. */
  private static List<String> longest(List<String> printed) {
    var lines = new ArrayList<String>();
    int ofModel = 0;
    for (String line : printed) {
      boolean isModel = line.matches("\\S+, one step, .* ms");
      ofModel = isModel ? 0 : ofModel + 1;
      if (isModel || line.matches(" +[0-9.]+ % .*") && ofModel <= KERNELS_OF_A_MODEL) {
        lines.add(line.strip());
      }
    }
    return lines;
  }

  /** Groups of claims, each in a process of its own, as far as the time goes. */
  private Finding claims(Commands commands, double seconds) throws IOException {
    long until = System.nanoTime() + (long) (seconds * 1e9);
    Path evidence = out.work().resolve("evidence");
    var lines = new ArrayList<String>();
    boolean good = true;
    for (List<String> group : plan.claims()) {
      double left = (until - System.nanoTime()) * 1e-9;
      String names = String.join(" ", group);
      if (left < LEAST_SECONDS) {
        lines.add("SKIPPED " + names + ": the time was up");
        continue;
      }
      Path folder = evidence.resolve(String.join("-", group));
      var arguments = new ArrayList<>(List.of("reproduce"));
      arguments.addAll(group);
      arguments.addAll(List.of("--device", plan.device(), "--out", folder.toString()));
      plan.contract()
          .map(it -> it.resolve("reference"))
          .filter(Files::isDirectory)
          .ifPresent(it -> arguments.addAll(List.of("--reference", it.toString())));
      Ending ending =
          commands.run(
              "claims-" + String.join("-", group),
              commands.gatun(arguments.toArray(String[]::new)),
              Map.of(),
              left);
      // A claim that the time was too short for has not failed.
      good &= ending.isGood() || ending.timeIsUp();
      lines.addAll(verdicts(names, ending));
      if (Files.isDirectory(evidence) && !out.pack(evidence, "evidence.zip")) {
        lines.add("the evidence is larger than 16 MiB, so evidence.zip lacks the last");
      }
    }
    return Finding.of(good, lines);
  }

  private static List<String> verdicts(String names, Ending ending) {
    if (ending.timeIsUp()) {
      return List.of("SKIPPED " + names + ": not finished when the time was up");
    }
    List<String> verdicts =
        ending.printed().stream()
            .filter(line -> line.matches("  [A-Z]\\d+  .*|  beside .*"))
            .map(String::strip)
            .toList();
    return verdicts.isEmpty()
        ? Stream.concat(
                Stream.of("FAILED " + names + ":"), Page.lastLines(ending.printed(), 3).stream())
            .toList()
        : verdicts;
  }
}
