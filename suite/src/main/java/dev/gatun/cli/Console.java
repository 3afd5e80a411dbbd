package dev.gatun.cli;

import dev.gatun.io.Json;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Where a command reports: tables and lines for people, or with {@code --json} one JSON object on
 * standard output and nothing else there. Colours appear on a terminal only.
 */
final class Console {

  private static final int LINE = 110;
  private static final long SILENCE_MILLIS = 1000;

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Whether a JSON object is asked for: then tables and lines for people are left out. */
  boolean isJson() {
    return json;
  }

  /** A line for people; {@code @|bold …|@} marks styles. */
  void line(String text) {
    if (!json) {
      out().println(ansi().string(text));
      out().flush();
    }
  }

  /** Prose for people, in lines that fit a terminal, the later ones further to the right. */
  void paragraph(String text) {
    String lines = text.replaceAll("(.{1," + LINE + "})(?:\\s+|$)", "$1\n");
    line(lines.strip().indent(2).stripTrailing().replace("\n  ", "\n      "));
  }

  /** A table for people: each row as many cells as there are headers. */
  void table(List<String> headers, List<List<String>> rows) {
    if (!json) {
      out().print(new TextTable(headers, rows).render(ansi()));
      out().flush();
    }
  }

  void settings(Map<String, String> settings) {
    table(
        List.of(),
        settings.entrySet().stream().map(e -> List.of(e.getKey(), e.getValue())).toList());
  }

  /** The JSON object, if asked for. */
  void json(Object value) {
    if (json) {
      out().println(Json.indented(value));
      out().flush();
    }
  }

  /** What is neither result nor JSON: notes on the way, on standard error. */
  void note(String text) {
    commandLine().getErr().println(text);
    commandLine().getErr().flush();
  }

  /** Does work that shows nothing itself; if it takes a second, a note says what is being done. */
  <T> T saying(String text, Supplier<T> work) {
    Thread note =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Thread.sleep(SILENCE_MILLIS);
                note(text);
              } catch (InterruptedException _) {
                // It was over before.
              }
            });
    try {
      return work.get();
    } finally {
      note.interrupt();
    }
  }

  private PrintWriter out() {
    return commandLine().getOut();
  }

  private Ansi ansi() {
    return commandLine().getColorScheme().ansi();
  }

  private CommandLine commandLine() {
    return command.commandLine();
  }
}
