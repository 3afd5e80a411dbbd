package dev.gatun.results;

/** A result cannot be stored; the one-line message names the file, why, and the mend. */
public final class UnwritableResultsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a one-line message and what lay behind it. */
  public UnwritableResultsException(String message, Throwable cause) {
    super(message, cause);
  }
}
