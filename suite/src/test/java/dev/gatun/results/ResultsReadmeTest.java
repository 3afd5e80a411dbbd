package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.gatun.Python;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code results/README.md} says of the files is so, and its snippets of Python run. */
class ResultsReadmeTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern SNIPPET = Pattern.compile("(?ms)^```python\\n(.*?)^```$");
  private static final Pattern NAME = Pattern.compile("`(\\w+)`");

  @TempDir Path folder;

  private static String readme() throws IOException {
    return Files.readString(ROOT.resolve("results/README.md"));
  }

  @Test
  void snippetOfPythonRunsAsItStands() throws IOException {
    var python = Python.orSkip("GATUN_PYTHON", "pyarrow", "polars", "duckdb");
    String snippet = snippetThatImports("pyarrow");
    Path script = Files.writeString(folder.resolve("snippet.py"), snippet);
    assertEquals(0, python.run(ROOT, script), snippet);
  }

  private static String snippetThatImports(String module) throws IOException {
    List<String> snippets =
        SNIPPET.matcher(readme()).results().map(snippet -> snippet.group(1)).toList();
    return snippets.stream().filter(s -> s.contains(module)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"runs", "metrics", "spectra", "verdicts"})
  void tablesAreThoseOfTheFiles(String table) throws IOException {
    new ResultsFolder(folder)
        .write(new EvidenceBuilder().build(new Provenance(Map.of())), List.of());
    assertEquals(stored(folder.resolve(table + ".arrow")), described(table));
  }

  @ParameterizedTest
  @ValueSource(strings = {"curve", "speed"})
  void tablesOfATrainingRunAreThoseOfItsFiles(String table) throws IOException {
    new TrainingCurve(folder).write(List.of(), List.of(), new Provenance(Map.of()));
    assertEquals(stored(folder.resolve(table + ".arrow")), described(table));
  }

  /** Name and type of each column. */
  private static List<String> described(String table) throws IOException {
    List<String> columns = new ArrayList<>();
    readme()
        .lines()
        .dropWhile(line -> !line.startsWith("| `" + table + ".arrow` |"))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> line.split("\\|"))
        .forEach(cells ->
            NAME.matcher(cells[1])
                .results()
                .map((MatchResult name) -> name.group(1) + " " + cells[2].strip())
                .forEach(columns::add));
    return columns;
  }

  /** The same, of a file whose fields all say their unit and what they mean. */
  private static List<String> stored(Path file) throws IOException {
    try (var allocator = new RootAllocator();
        var channel = FileChannel.open(file);
        var arrow = new ArrowFileReader(channel, allocator)) {
      List<Field> fields = arrow.getVectorSchemaRoot().getSchema().getFields();
      for (Field field : fields) {
        assertFalse(field.getMetadata().get("unit").isBlank(), file + " " + field);
        assertFalse(field.getMetadata().get("description").isBlank(), file + " " + field);
      }
      return fields.stream().map(ResultsReadmeTest::inWords).toList();
    }
  }

  private static String inWords(Field field) {
    String type =
        switch (field.getType()) {
          case ArrowType.Utf8 _ -> "utf8";
          case ArrowType.Int i -> "int" + i.getBitWidth();
          case ArrowType.FloatingPoint _ -> "float64";
          case ArrowType.Bool _ -> "bool";
          default -> field.getType().toString();
        };
    return field.getName() + " " + type + (field.isNullable() ? ", nullable" : "");
  }
}
