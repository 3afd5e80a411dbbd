package dev.gatun.train;

/** A configuration file is wrong; the message is one line with the file, the line and the mend. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a one-line message. */
  public ConfigException(String message) {
    super(message);
  }

  /** With a one-line message. */
  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
