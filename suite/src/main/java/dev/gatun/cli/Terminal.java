package dev.gatun.cli;

import picocli.CommandLine.Help.Ansi;

/**
 * Whether people look at the two output streams. The launcher asks the system, which Java cannot
 * for each stream alone, and says so in the property {@code gatun.terminals}.
 */
final class Terminal {
  private static final String STREAMS = System.getProperty("gatun.terminals", "");

  private Terminal() {}

  /** Colours for standard output: none in a pipe or a file, or if {@code NO_COLOR} is set. */
  static Ansi colours() {
    return STREAMS.contains("out") ? Ansi.AUTO : Ansi.OFF;
  }

  /** Whether standard error is a terminal, so that a bar can be redrawn in place. */
  static boolean isErrorShown() {
    return STREAMS.contains("err");
  }
}
