package dev.gatun.natives;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * A native function returned something other than success. The message is one line with the call,
 * what it returned, what that means, and the shapes that the caller gave.
 */
public final class NativeStatusException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final int status;
  private final String statusName;

  private NativeStatusException(
      String call, int status, String statusName, String returned, String text, Object... shapes) {
    super(
        "%s returned %s%s%s"
            .formatted(call, returned, text.isEmpty() ? "" : ": " + text, inBrackets(shapes)));
    this.call = call;
    this.status = status;
    this.statusName = statusName;
  }

  /**
   * The failure of a function that returns a status.
   *
   * @param call the function as called, such as {@code cuMemAlloc_v2}
   * @param name of the status; empty if the library does not know it
   * @param text what the status means; empty if the name says it all
   * @param shapes what the function worked on, such as {@code a 512x64}
   */
  public static NativeStatusException of(
      String call, int status, String name, String text, Object... shapes) {
    var returned = name.isEmpty() ? Integer.toString(status) : "%s (%s)".formatted(status, name);
    return new NativeStatusException(call, status, name, returned, text, shapes);
  }

  /**
   * The failure of a routine of LAPACK's kind, which tells it by its {@code info}: negative for a
   * bad argument or lack of memory, positive for a numerical failure.
   */
  public static NativeStatusException ofInfo(
      String routine, int info, String text, Object... shapes) {
    return new NativeStatusException(routine, info, "", "info = " + info, text, shapes);
  }

  private NativeStatusException(NativeStatusException first, String more) {
    super(first.getMessage() + "; " + more, first);
    call = first.call;
    status = first.status;
    statusName = first.statusName;
  }

  /** This failure, whose message goes on with a clause. */
  public NativeStatusException and(String more) {
    return new NativeStatusException(this, more);
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

  /** The status that the function returned, or the {@code info} of a LAPACK routine. */
  public int status() {
    return status;
  }

  /**
   * The name of the status, such as {@code CUDA_ERROR_OUT_OF_MEMORY}; empty if it has none that is
   * known.
   */
  public String statusName() {
    return statusName;
  }
}
