package dev.gatun.data;

/** A corpus is missing, empty, unreadable or too small; the one-line message says the mend. */
public final class UnusableCorpusException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a one-line message. */
  public UnusableCorpusException(String message) {
    super(message);
  }

  /** With a one-line message and what lay behind it. */
  public UnusableCorpusException(String message, Throwable cause) {
    super(message, cause);
  }
}
