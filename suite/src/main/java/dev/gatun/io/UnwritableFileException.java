package dev.gatun.io;

/** A file cannot be written; the one-line message names the file, why, and the mend. */
public final class UnwritableFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a one-line message and what lay behind it. */
  public UnwritableFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
