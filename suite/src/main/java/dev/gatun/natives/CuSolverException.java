package dev.gatun.natives;

import dev.gatun.bindings.cusolver.CuSolver;

/** A cuSOLVER function failed, by its status or by the {@code info} that it left on the device. */
public final class CuSolverException extends NativeStatusException {
  private static final long serialVersionUID = 1L;

  private final int info;

  CuSolverException(String call, int status, StatusWords words, Object... shapes) {
    super(call, status, words, shapes);
    this.info = 0;
  }

  private CuSolverException(String call, int info, String text, Object... shapes) {
    super(
        call,
        CuSolver.CUSOLVER_STATUS_SUCCESS(),
        words(CuSolver.CUSOLVER_STATUS_SUCCESS()).name(),
        "info = " + info,
        text,
        shapes);
    this.info = info;
  }

  /**
   * Returns if {@code status} is CUSOLVER_STATUS_SUCCESS.
   *
   * @param status what the call returned
   * @param call the function as called, such as {@code cusolverDnXsyevd}
   * @param shapes what it worked on, for the message, such as {@code a 512x512}
   * @throws CuSolverException for any other status
   */
  public static void check(int status, String call, Object... shapes) {
    if (status != CuSolver.CUSOLVER_STATUS_SUCCESS()) {
      throw new CuSolverException(call, status, words(status), shapes);
    }
  }

  /**
   * Returns if {@code info}, which a routine that returned success has left on the device, is zero.
   *
   * @param call the function as called, such as {@code cusolverDnXpotrf}
   * @param shapes what it worked on, for the message, such as {@code a 512x512}
   * @throws CuSolverException for any other info: a bad argument if negative, a numerical failure
   *     if positive
   */
  public static void checkInfo(int info, String call, Object... shapes) {
    if (info != 0) {
      throw new CuSolverException(call, info, infoText(call, info), shapes);
    }
  }

  /** cuSOLVER has no function for this; the names are those of {@code cusolver_common.h}. */
  static StatusWords words(int status) {
    return switch (status) {
      case 0 -> new StatusWords("CUSOLVER_STATUS_SUCCESS", "success");
      case 1 ->
          new StatusWords("CUSOLVER_STATUS_NOT_INITIALIZED", "no handle, or CUDA did not start");
      case 2 -> new StatusWords("CUSOLVER_STATUS_ALLOC_FAILED", "no memory for cuSOLVER's own use");
      case 3 ->
          new StatusWords("CUSOLVER_STATUS_INVALID_VALUE", "an argument has an illegal value");
      case 4 ->
          new StatusWords("CUSOLVER_STATUS_ARCH_MISMATCH", "the GPU is too old for this call");
      case 5 -> new StatusWords("CUSOLVER_STATUS_MAPPING_ERROR", "the GPU's memory is not reached");
      case 6 -> new StatusWords("CUSOLVER_STATUS_EXECUTION_FAILED", "a kernel failed on the GPU");
      case 7 -> new StatusWords("CUSOLVER_STATUS_INTERNAL_ERROR", "cuSOLVER failed within itself");
      case 8 ->
          new StatusWords(
              "CUSOLVER_STATUS_MATRIX_TYPE_NOT_SUPPORTED", "this kind of matrix is not supported");
      case 9 -> new StatusWords("CUSOLVER_STATUS_NOT_SUPPORTED", "these arguments are unsupported");
      case 10 -> new StatusWords("CUSOLVER_STATUS_ZERO_PIVOT", "a pivot is zero");
      case 11 -> new StatusWords("CUSOLVER_STATUS_INVALID_LICENSE", "the licence is not valid");
      case 31 -> new StatusWords("CUSOLVER_STATUS_INVALID_WORKSPACE", "the workspace is not valid");
      default -> StatusWords.UNKNOWN;
    };
  }

  /** The dense routines keep LAPACK's meaning of info. */
  private static String infoText(String call, int info) {
    return info < 0
        ? "argument %s, not counting the handle, has an illegal value".formatted(-info)
        : LapackStatus.text("LAPACKE_d" + call.replaceFirst("^cusolverDn[A-Z]", ""), info);
  }

  /** The info that the routine left; zero if it failed by its status. */
  public int info() {
    return info;
  }

  @Override
  public boolean isOutOfMemory() {
    return status() == CuSolver.CUSOLVER_STATUS_ALLOC_FAILED();
  }
}
