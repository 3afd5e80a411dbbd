package dev.gatun.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.gatun.backend.cuda.AllKernels;
import dev.gatun.natives.LibraryReport;
import dev.gatun.natives.LibraryReport.Attempt;
import dev.gatun.natives.NativeLibraryException;
import dev.gatun.natives.blas.BlasLibrary;
import dev.gatun.natives.blas.BlasSpeed;
import dev.gatun.natives.cuda.CudaLibraries;
import dev.gatun.natives.tokenizers.TokenizersLibraryFile;
import dev.gatun.report.chart.ChartPainter;
import dev.gatun.results.Provenance;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what Gatun finds on this machine, and why not where it finds nothing. */
@Command(
    name = "doctor",
    description =
        "Shows each native library, where it was looked for, and what will work on this machine.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Option(
      names = "--blas",
      paramLabel = "<file>",
      description = {
        "A library with CBLAS and LAPACKE, such as MKL's libmkl_rt.",
        "Default: the OpenBLAS that Gatun brings."
      })
  private Path blasFile;

  @Option(
      names = "--cuda-libraries",
      paramLabel = "<folder>",
      description = "A CUDA toolkit, or a folder of its libraries, instead of the first one found.")
  private Path cudaLibraries;

  @Option(
      names = "--kernels",
      description =
          "Compile every kernel for the GPU as well, all processors at once, so that no later"
              + " command has to.")
  private boolean kernels;

  @Override
  public Integer call() {
    Map<String, String> machine = Provenance.ofThisProcess().entries();
    LibraryReport blas = BlasLibrary.report(Optional.ofNullable(blasFile));
    Optional<BlasSpeed> speed = blas.loaded().map(file -> BlasSpeed.measure());
    CudaLibraries.Report cuda = CudaLibraries.report(Optional.ofNullable(cudaLibraries));
    console.settings(machine);
    print(blas);
    threadAdvice(blas).ifPresent(console::line);
    speed.ifPresent(this::print);
    print(cuda);
    List<Use> uses = uses(blas, cuda);
    console.line("");
    uses.forEach(use -> console.line(use.sentence()));
    console.json(
        new Findings(
            machine,
            Stream.concat(Stream.of(blas), cuda.libraries().stream()).map(Library::new).toList(),
            speed,
            new Cuda(cuda.usable(), cuda.verdict(), cuda.steps()),
            uses));
    if (kernels) {
      long start = System.nanoTime();
      int count =
          AllKernels.compile(
              Optional.ofNullable(cudaLibraries), Runtime.getRuntime().availableProcessors());
      console.line(
          String.format(
              Locale.ROOT,
              "%d kernel files and variants are compiled, in %.1f s",
              count,
              (System.nanoTime() - start) * 1e-9));
    }
    // Gatun works without CUDA, but not without a BLAS library.
    return blas.loaded().isPresent() ? 0 : Gatun.USER_ERROR;
  }

  private void print(LibraryReport library) {
    console.line("");
    console.line("@|bold %s|@ %s".formatted(library.name(), file(library)));
    var found = new LinkedHashMap<String, String>();
    found.put("version", library.version());
    found.put("core type", library.coreType());
    found.put("built as", library.configuration());
    found.values().removeIf(String::isEmpty);
    console.settings(found);
    print(library.attempts());
  }

  /** What to do about a library whose maker is unknown, so that Gatun cannot limit its threads. */
  static Optional<String> threadAdvice(LibraryReport blas) {
    return blas.loaded()
        .filter(file -> blas.name().equals(BlasLibrary.UNKNOWN))
        .map(file ->
            "  if a call of %s takes several threads, start Gatun with OMP_NUM_THREADS=1"
                .formatted(file));
  }

  private void print(BlasSpeed speed) {
    console.line(
        String.format(
            Locale.ROOT,
            "  a call multiplies at %.0f GFLOP/s in f32 and %.0f in f64",
            speed.sgemm(),
            speed.dgemm()));
  }

  /** The driver by itself; then each place, with what it lacks; then each library. */
  private void print(CudaLibraries.Report cuda) {
    print(cuda.libraries().getFirst());
    console.line("");
    console.line("@|bold CUDA libraries|@");
    print(cuda.steps());
    console.line("");
    console.table(
        List.of("library", "version", "found"),
        cuda.libraries().stream()
            .skip(1)
            .map(library -> List.of(library.name(), library.version(), file(library)))
            .toList());
  }

  /** One thing that a user may want to do, whether it will work, and a sentence that says so. */
  private record Use(boolean works, String sentence) {
    static Use of(String what, String with) {
      return new Use(true, "%s will work: %s".formatted(what, with));
    }

    static Use not(String what, String why) {
      return new Use(false, "%s will not work: %s".formatted(what, why));
    }
  }

  private static List<Use> uses(LibraryReport blas, CudaLibraries.Report cuda) {
    Use cpu =
        blas.loaded().isPresent()
            ? Use.of("--device cpu", (blas.name() + " " + blas.version()).strip())
            : Use.not("--device cpu", "no BLAS library could be loaded");
    return List.of(cpu, new Use(cuda.usable(), cuda.verdict()), texts(), figures());
  }

  private static Use texts() {
    try {
      return Use.of("measure --text", "Hugging Face tokenizers " + TokenizersLibraryFile.load());
    } catch (NativeLibraryException e) {
      return Use.not("measure --text", e.getMessage());
    }
  }

  private static Use figures() {
    return ChartPainter.fault()
        .map(fault -> Use.not("report", "figures cannot be drawn, " + fault))
        .orElse(Use.of("report", "its figures can be drawn"));
  }

  private void print(List<Attempt> attempts) {
    console.table(
        List.of("looked for by", "at", "outcome"),
        attempts.stream().map(a -> List.of(a.source(), a.location(), a.outcome())).toList());
  }

  private static String file(LibraryReport library) {
    return library.loaded().map(Path::toString).orElse("not found");
  }

  private record Findings(
      Map<String, String> machine,
      List<Library> libraries,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<BlasSpeed> blasGflops,
      Cuda cuda,
      List<Use> uses) {}

  private record Library(
      String library,
      Optional<String> loaded,
      String version,
      String coreType,
      String configuration,
      List<Attempt> attempts) {
    Library(LibraryReport report) {
      this(
          report.name(),
          report.loaded().map(Path::toString),
          report.version(),
          report.coreType(),
          report.configuration(),
          report.attempts());
    }
  }

  private record Cuda(boolean usable, String verdict, List<Attempt> steps) {}
}
