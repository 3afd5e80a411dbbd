package dev.gatun.cli;

import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Help.Ansi;

/** A table in plain text: columns as wide as their widest cell, numbers to the right. */
final class TextTable {
  private static final String GAP = "  ";

  private final List<String> headers;
  private final List<List<String>> rows;

  /** A table; without headers the first column takes their place. */
  TextTable(List<String> headers, List<List<String>> rows) {
    this.headers = headers;
    this.rows = rows;
  }

  /** How wide a column is, and whether it stands to the right. */
  private record Column(int width, boolean isNumeric) {}

  /** The lines, each ended; {@code @|bold …|@} in cells marks styles. */
  String render(Ansi ansi) {
    int count = headers.isEmpty() ? columnsOf(rows) : headers.size();
    List<Column> columns = IntStream.range(0, count).mapToObj(this::column).toList();
    var lines = new StringBuilder();
    if (!headers.isEmpty()) {
      append(lines, headers.stream().map(h -> "@|faint " + h + "|@").toList(), columns, ansi);
    }
    for (List<String> row : rows) {
      append(lines, row, columns, ansi);
    }
    return lines.toString();
  }

  private static int columnsOf(List<List<String>> rows) {
    return rows.isEmpty() ? 0 : rows.getFirst().size();
  }

  private Column column(int number) {
    List<String> cells = rows.stream().map(row -> styled(row.get(number), Ansi.OFF)).toList();
    int width = headers.isEmpty() ? 0 : headers.get(number).length();
    for (String cell : cells) {
      width = Math.max(width, cell.length());
    }
    return new Column(width, !headers.isEmpty() && cells.stream().allMatch(TextTable::isNumber));
  }

  private static void append(
      StringBuilder lines, List<String> row, List<Column> columns, Ansi ansi) {
    var line = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      String cell = styled(row.get(i), ansi);
      String padding = " ".repeat(column.width - styled(row.get(i), Ansi.OFF).length());
      line.append(GAP).append(column.isNumeric ? padding + cell : cell + padding);
    }
    lines.append(line.toString().stripTrailing()).append(System.lineSeparator());
  }

  private static boolean isNumber(String text) {
    return text.isEmpty()
        || text.equals("-")
        || Character.isDigit(text.charAt(text.startsWith("-") ? 1 : 0));
  }

  private static String styled(String text, Ansi ansi) {
    return text.contains("@|") ? ansi.string(text) : text;
  }
}
