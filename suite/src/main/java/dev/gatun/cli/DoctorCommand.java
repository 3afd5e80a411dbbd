package dev.gatun.cli;

import dev.gatun.natives.LibraryReport;
import dev.gatun.natives.NativeLibraries;
import dev.gatun.results.Provenance;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows what Gatun finds on this machine, and why not where it finds nothing. */
@Command(
    name = "doctor",
    description =
        "Shows each native library: where it was looked for, what was loaded, or why not.",
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Option(
      names = "--openblas",
      paramLabel = "<file>",
      description = "An OpenBLAS library with LAPACKE instead of the one that Gatun brings.")
  private Path openBlas;

  @Override
  public Integer call() {
    Map<String, String> machine = Provenance.ofThisProcess().entries();
    List<LibraryReport> libraries = NativeLibraries.inspect(Optional.ofNullable(openBlas));
    console.settings(machine);
    libraries.forEach(this::print);
    var json = new LinkedHashMap<String, Object>();
    json.put("machine", machine);
    json.put("libraries", libraries.stream().map(DoctorCommand::json).toList());
    console.json(json);
    // Gatun works without CUDA, but not without OpenBLAS, which comes first.
    return libraries.getFirst().loaded().isPresent() ? 0 : Gatun.USER_ERROR;
  }

  private void print(LibraryReport library) {
    console.line("");
    console.line(
        "@|bold %s|@ %s"
            .formatted(
                library.library(), library.loaded().map(Path::toString).orElse("not found")));
    var found = new LinkedHashMap<String, String>();
    found.put("version", library.version());
    found.put("core type", library.coreType());
    found.put("built as", library.configuration());
    found.values().removeIf(String::isEmpty);
    console.settings(found);
    console.table(
        List.of("looked for by", "at", "outcome"),
        library.attempts().stream()
            .map(a -> List.of(a.source(), a.location(), a.outcome()))
            .toList());
  }

  private static Map<String, Object> json(LibraryReport library) {
    var json = new LinkedHashMap<String, Object>();
    json.put("library", library.library());
    json.put("loaded", library.loaded().map(Path::toString).orElse(null));
    json.put("version", library.version());
    json.put("core_type", library.coreType());
    json.put("configuration", library.configuration());
    json.put(
        "attempts",
        library.attempts().stream()
            .map(
                a -> Map.of("source", a.source(), "location", a.location(), "outcome", a.outcome()))
            .toList());
    return json;
  }
}
