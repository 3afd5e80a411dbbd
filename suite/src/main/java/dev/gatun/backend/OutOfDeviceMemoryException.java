package dev.gatun.backend;

/**
 * The device cannot give the memory asked for; the message says how much, of what, and the mend.
 */
public final class OutOfDeviceMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a one-line message. */
  public OutOfDeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
