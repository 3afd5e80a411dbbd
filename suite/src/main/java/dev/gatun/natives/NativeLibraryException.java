package dev.gatun.natives;

import dev.gatun.natives.LibraryReport.Attempt;
import java.util.List;

/**
 * A native library cannot be used. The message is one line: the library, each place that was tried
 * with what came of it, and how to fix it.
 */
public final class NativeLibraryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String library;

  public NativeLibraryException(String library, String message) {
    super(library + ": " + message);
    this.library = library;
  }

  public NativeLibraryException(String library, String message, Throwable cause) {
    super(library + ": " + message, cause);
    this.library = library;
  }

  public static NativeLibraryException of(LibraryReport report) {
    return of(report.name(), "cannot be used", report.attempts());
  }

  /** What is wrong, then every place that was tried. */
  public static NativeLibraryException of(String library, String problem, List<Attempt> attempts) {
    var message = new StringBuilder(problem);
    for (var attempt : attempts) {
      message.append("; tried ").append(attempt.source());
      if (!attempt.location().isEmpty()) {
        message.append(" (").append(attempt.location()).append(")");
      }
      message.append(": ").append(attempt.outcome());
    }
    return new NativeLibraryException(library, message.toString());
  }

  /** The library's name, as {@code gatun doctor} prints it. */
  public String library() {
    return library;
  }
}
