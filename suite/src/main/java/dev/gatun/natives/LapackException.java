package dev.gatun.natives;

/** A LAPACK routine returned a status other than zero. */
public final class LapackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String routine;
  private final int info;
  private final String shapes;

  LapackException(String routine, int info, String text, String shapes) {
    super("%s returned info = %s: %s [%s]".formatted(routine, info, text, shapes));
    this.routine = routine;
    this.info = info;
    this.shapes = shapes;
  }

  /** The routine's name as called, such as {@code LAPACKE_dsyevd}. */
  public String routine() {
    return routine;
  }

  /**
   * The status: negative for a bad argument or lack of memory, positive for a numerical failure.
   */
  public int info() {
    return info;
  }

  /** The shapes that the caller gave, such as {@code a 512x512}. */
  public String shapes() {
    return shapes;
  }
}
