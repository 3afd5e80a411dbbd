package dev.gatun.natives;

/** A library file was opened but cannot serve Gatun; the message says why and names the mend. */
final class UnusableLibraryException extends Exception {
  private static final long serialVersionUID = 1L;

  UnusableLibraryException(String message) {
    super(message);
  }
}
