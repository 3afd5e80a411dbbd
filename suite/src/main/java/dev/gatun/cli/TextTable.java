package dev.gatun.cli;

import java.util.List;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Text;

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

  /** The lines, each ended; {@code @|bold …|@} in cells marks styles. */
  String render(Ansi ansi) {
    int columns = headers.isEmpty() ? columnsOf(rows) : headers.size();
    int[] widths = new int[columns];
    for (int column = 0; column < columns; column++) {
      widths[column] = headers.isEmpty() ? 0 : headers.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], plain(row.get(column)).length());
      }
    }
    var lines = new StringBuilder();
    if (!headers.isEmpty()) {
      append(lines, headers.stream().map(h -> "@|faint " + h + "|@").toList(), widths, ansi);
    }
    for (List<String> row : rows) {
      append(lines, row, widths, ansi);
    }
    return lines.toString();
  }

  private static int columnsOf(List<List<String>> rows) {
    return rows.isEmpty() ? 0 : rows.getFirst().size();
  }

  private void append(StringBuilder lines, List<String> row, int[] widths, Ansi ansi) {
    var line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      Text cell = ansi.new Text(row.get(column));
      String padding = " ".repeat(widths[column] - plain(row.get(column)).length());
      boolean toTheRight = isNumeric(column);
      line.append(GAP)
          .append(toTheRight ? padding : "")
          .append(cell)
          .append(toTheRight ? "" : padding);
    }
    lines.append(line.toString().stripTrailing()).append(System.lineSeparator());
  }

  private boolean isNumeric(int column) {
    return !headers.isEmpty()
        && rows.stream().map(row -> plain(row.get(column))).allMatch(TextTable::isNumber);
  }

  private static boolean isNumber(String text) {
    return text.isEmpty()
        || text.equals("-")
        || Character.isDigit(text.charAt(text.startsWith("-") ? 1 : 0));
  }

  private static String plain(String text) {
    return Ansi.OFF.string(text);
  }
}
