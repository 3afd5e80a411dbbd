package dev.gatun.results;

/**
 * A stored result or expected value cannot be read; the one-line message names the file and why.
 */
public final class UnreadableResultsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a one-line message. */
  public UnreadableResultsException(String message) {
    super(message);
  }

  /** With a one-line message and what lay behind it. */
  public UnreadableResultsException(String message, Throwable cause) {
    super(message, cause);
  }
}
