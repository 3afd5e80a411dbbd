package dev.gatun.results;

import dev.gatun.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A table as comma-separated values (RFC 4180, UTF-8): a line of column names, then the rows.
 * Numbers have all the digits that tell them apart; a cell of nothing is empty.
 */
record CsvTable<R>(ArrowTable<R> table, List<R> rows) {
  /** Writes it beside others, and returns the file. */
  Path writeTo(Path folder) {
    Path file = folder.resolve(table.name() + ".csv");
    AtomicFile.write(file, text().getBytes(StandardCharsets.UTF_8));
    return file;
  }

  private String text() {
    var text = new StringBuilder();
    text.append(line(table.columns().stream().map(Column::name).toList()));
    for (R row : rows) {
      text.append(line(table.columns().stream().map(column -> cell(column, row)).toList()));
    }
    return text.toString();
  }

  private static String line(List<String> cells) {
    return cells.stream().map(CsvTable::quoted).collect(Collectors.joining(",", "", "\r\n"));
  }

  private static <R> String cell(Column<R> column, R row) {
    return switch (column) {
      case Column.Text<R> c -> c.value().apply(row);
      case Column.Whole<R> c -> Long.toString(c.value().applyAsLong(row));
      case Column.Flag<R> c -> Boolean.toString(c.value().test(row));
      case Column.Number<R> c -> {
        double value = c.value().applyAsDouble(row);
        yield c.optional() && Double.isNaN(value) ? "" : Double.toString(value);
      }
    };
  }

  private static String quoted(String cell) {
    boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }
}
