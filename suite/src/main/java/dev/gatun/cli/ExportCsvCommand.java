package dev.gatun.cli;

import dev.gatun.io.AtomicFile;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.TrainingCurve;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes stored evidence as comma-separated values. */
@Command(
    name = "export-csv",
    description = {
      "Writes evidence, or the curve of a training run, as comma-separated values: a file for each",
      "Arrow file, with the same columns."
    },
    mixinStandardHelpOptions = true)
final class ExportCsvCommand implements Runnable {
  @Mixin private Console console;

  @Parameters(
      index = "0",
      paramLabel = "<results>",
      description = "A folder that `gatun reproduce`, `gatun measure` or `gatun train` wrote.")
  private Path results;

  @Parameters(
      index = "1",
      paramLabel = "<folder>",
      description = "The folder to write into; files of equal names are replaced.")
  private Path folder;

  @Override
  public void run() {
    if (!Files.isDirectory(results)) {
      throw new IllegalArgumentException(
          "%s: there is no such folder; name one that Gatun wrote results into".formatted(results));
    }
    AtomicFile.requireWritable(folder);
    var curve = new TrainingCurve(results);
    List<Path> files =
        curve.exists() ? curve.writeCsv(folder) : new ResultsFolder(results).writeCsv(folder);
    files.forEach(file -> console.line(file.toString()));
    console.json(Map.of("files", files.stream().map(Path::toString).toList()));
  }
}
