package dev.gatun.cli;

import dev.gatun.bench.Work;
import dev.gatun.claims.Claims;
import dev.gatun.cli.NamedValues.Devices;
import dev.gatun.cli.NamedValues.SelftestSteps;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.NearestName;
import dev.gatun.results.Provenance;
import dev.gatun.selftest.SelfTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds out in minutes whether Gatun is right on this machine. */
@Command(
    name = "selftest",
    description = {
      "Finds out in minutes whether Gatun is right and how fast it is on this machine: the"
          + " backend's contract, the bench and the quick tier's claims, as far as the time goes.",
      "Each step runs in processes of its own and has a limit; one that fails does not stop the"
          + " next. The page that is printed at the end is in <folder>/summary.txt."
    },
    mixinStandardHelpOptions = true)
final class SelftestCommand implements Callable<Integer> {
  /** Claims that share runs, those first that take least; what is not named here comes last. */
  private static final List<List<String>> TOGETHER =
      List.of(
          List.of("B1", "B2", "B7"),
          List.of("A1", "A2", "A5", "A9", "A10", "C2", "G2"),
          List.of("A3", "A4"),
          List.of("A6", "G5"),
          List.of("A7", "C1", "C3"));

  @Mixin private Console console;

  @Option(
      names = "--out",
      paramLabel = "<folder>",
      required = true,
      description = "Where the results go: at most eight files of 16 MiB.")
  private Path out;

  @Option(
      names = "--device",
      paramLabel = "<device>",
      defaultValue = Devices.CPU,
      converter = Devices.class,
      completionCandidates = Devices.class,
      description = "What is tested: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private String device;

  @Option(
      names = "--minutes",
      paramLabel = "<n>",
      defaultValue = "8",
      description = "How long all of it may take. Default: ${DEFAULT-VALUE}.")
  private double minutes;

  @Option(
      names = "--only",
      paramLabel = "<step>",
      completionCandidates = SelftestSteps.class,
      description = {
        "One step again; may be given several times: ${COMPLETION-CANDIDATES}.",
        "What an earlier run found of the others stays on the page."
      })
  private List<String> only = List.of();

  @Option(
      names = "--small",
      description =
          "Only show that every step can run, at sizes that measure nothing: for an emulated GPU.")
  private boolean small;

  @Override
  public Integer call() {
    if (!(minutes > 0)) {
      throw new IllegalArgumentException("--minutes " + minutes + ": more than 0 are needed");
    }
    for (String step : only) {
      if (!SelfTest.STEPS.contains(step)) {
        throw new IllegalArgumentException(
            "selftest has no step '%s'; there are %s%s"
                .formatted(
                    step,
                    String.join(", ", SelfTest.STEPS),
                    NearestName.hint(step, SelfTest.STEPS)));
      }
    }
    AtomicFile.requireWritable(out.toAbsolutePath());
    var plan =
        new SelfTest.Plan(
            title(),
            out.toAbsolutePath(),
            device,
            Duration.ofMillis(Math.round(minutes * 60_000)),
            small,
            only,
            Optional.ofNullable(System.getProperty("gatun.contract")).map(Path::of),
            works(),
            small ? List.of(List.of("B1", "B2")) : claims());
    SelfTest.Report report = new SelfTest(plan, console::note).run();
    report.page().lines().forEach(console::line);
    console.line("in " + out);
    console.json(report);
    return report.good() ? 0 : 1;
  }

  private String title() {
    Map<String, String> machine = Provenance.ofThisProcess().entries();
    return "gatun selftest --device %s --minutes %.3g%s, %s"
        .formatted(
            device,
            minutes,
            small ? " --small" : "",
            machine.getOrDefault(Provenance.GIT_COMMIT, "of an unknown commit"));
  }

  private List<String> works() {
    return Work.on(device, small).stream()
        .limit(small ? 1 : Long.MAX_VALUE)
        .filter(work -> !work.onRequest())
        .map(Work::name)
        .toList();
  }

  private static List<List<String>> claims() {
    var rest = new ArrayList<>(Claims.ids());
    TOGETHER.forEach(rest::removeAll);
    var all = new ArrayList<>(TOGETHER);
    rest.forEach(id -> all.add(List.of(id)));
    return all;
  }
}
