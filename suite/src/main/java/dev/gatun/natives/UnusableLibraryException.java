package dev.gatun.natives;

/** A library file cannot serve Gatun; the message says why, and how to fix it. */
public final class UnusableLibraryException extends Exception {
  private static final long serialVersionUID = 1L;

  public UnusableLibraryException(String message) {
    super(message);
  }
}
