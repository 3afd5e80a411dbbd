package dev.gatun.backend.cuda;

/** The machine has no NVIDIA GPU that can be used; the message is one line with the mend. */
public final class NoCudaDeviceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NoCudaDeviceException(String message) {
    super(message);
  }
}
