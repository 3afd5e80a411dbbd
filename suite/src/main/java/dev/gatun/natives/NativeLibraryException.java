package dev.gatun.natives;

/**
 * A native library cannot be used. The message is one line: the library, each place that was tried
 * with what came of it, and the mend.
 */
public final class NativeLibraryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String library;

  NativeLibraryException(String library, String message) {
    super(library + ": " + message);
    this.library = library;
  }

  NativeLibraryException(String library, String message, Throwable cause) {
    super(library + ": " + message, cause);
    this.library = library;
  }

  static NativeLibraryException of(LibraryReport report) {
    var tried = new StringBuilder("cannot be used");
    var separator = "; ";
    for (var attempt : report.attempts()) {
      tried.append(separator).append("tried ").append(attempt.source());
      if (!attempt.location().isEmpty()) {
        tried.append(" (").append(attempt.location()).append(")");
      }
      tried.append(": ").append(attempt.outcome());
    }
    return new NativeLibraryException(report.library(), tried.toString());
  }

  /** The library's name, as {@code gatun doctor} prints it. */
  public String library() {
    return library;
  }
}
