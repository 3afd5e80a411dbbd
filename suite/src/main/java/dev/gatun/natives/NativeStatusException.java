package dev.gatun.natives;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A call to one of NVIDIA's libraries returned a status other than success. The message is one line
 * with the call, the status by number, name and meaning, and the shapes that the caller gave.
 */
public abstract sealed class NativeStatusException extends RuntimeException
    permits CudaException, CuBlasException, CuSolverException, NvrtcException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int status;
  private final String statusName;

  NativeStatusException(String call, int status, StatusWords words, Object... shapes) {
    this(
        call,
        status,
        words.name(),
        words.isNamed() ? "%s (%s)".formatted(status, words.name()) : Integer.toString(status),
        words.text(),
        shapes);
  }

  /** With words of its own for what was returned. */
  NativeStatusException(
      String call, int status, String statusName, String returned, String text, Object... shapes) {
    super(
        "%s returned %s%s%s"
            .formatted(call, returned, text.isEmpty() ? "" : ": " + text, inBrackets(shapes)));
    this.call = call;
    this.status = status;
    this.statusName = statusName;
  }

  private static String inBrackets(Object... shapes) {
    return shapes.length == 0
        ? ""
        : Arrays.stream(shapes).map(String::valueOf).collect(Collectors.joining(", ", " [", "]"));
  }

  /** The function as called, such as {@code cuMemAlloc_v2}. */
  public String call() {
    return call;
  }

  /** The status that it returned; success only where cuSOLVER reports by info. */
  public int status() {
    return status;
  }

  /** The status' name, such as {@code CUDA_ERROR_OUT_OF_MEMORY}; empty if nobody knows it. */
  public String statusName() {
    return statusName;
  }

  /** Whether the call failed for lack of memory, so that less work at once may succeed. */
  public abstract boolean isOutOfMemory();
}
