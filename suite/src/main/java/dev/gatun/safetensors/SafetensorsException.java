package dev.gatun.safetensors;

import java.nio.file.Path;

/**
 * A safetensors file, or the checkpoint folder around it, cannot be read, written or used; the
 * message is one line that names the file, the tensor where there is one, and what is wrong.
 */
public final class SafetensorsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A problem whose line names the file already. */
  public SafetensorsException(String line) {
    super(Quoted.line(line));
  }

  /** A problem of a file. */
  public SafetensorsException(Path file, String problem) {
    super(Quoted.line(file + ": " + problem));
  }

  /** A problem of a file that something else tells of. */
  public SafetensorsException(Path file, String problem, Throwable cause) {
    super(Quoted.line(file + ": " + problem), cause);
  }
}
