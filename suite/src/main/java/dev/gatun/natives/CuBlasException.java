package dev.gatun.natives;

import dev.gatun.bindings.cublas.CuBlas;

/** A cuBLAS function failed. */
public final class CuBlasException extends NativeStatusException {
  private static final long serialVersionUID = 1L;

  /** CUBLAS_STATUS_ALLOC_FAILED of {@code cublas_api.h}. */
  private static final int ALLOC_FAILED = 3;

  CuBlasException(String call, int status, StatusWords words, Object... shapes) {
    super(call, status, words, shapes);
  }

  /**
   * Returns if {@code status} is CUBLAS_STATUS_SUCCESS.
   *
   * @param status what the call returned
   * @param call the function as called, such as {@code cublasGemmEx}
   * @param shapes what it worked on, for the message, such as {@code a 512x64}
   * @throws CuBlasException for any other status
   */
  public static void check(int status, String call, Object... shapes) {
    if (status != CuBlas.CUBLAS_STATUS_SUCCESS()) {
      throw new CuBlasException(call, status, words(status), shapes);
    }
  }

  private static StatusWords words(int status) {
    return new StatusWords(
        StatusWords.string(CuBlas.cublasGetStatusName(status)),
        StatusWords.string(CuBlas.cublasGetStatusString(status)));
  }

  @Override
  public boolean isOutOfMemory() {
    return status() == ALLOC_FAILED;
  }
}
