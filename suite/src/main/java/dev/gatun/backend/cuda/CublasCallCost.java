package dev.gatun.backend.cuda;

import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.bindings.cublas.CuBlas;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * What a cuBLAS call through the bindings costs the host. The GPU works behind the calls, so short
 * series are timed while its queue has room.
 */
final class CublasCallCost {
  private static final int N = 16;
  private static final int CALLS = 64;
  private static final int SERIES = 4000;

  private CublasCallCost() {}

  /** Nanoseconds of a small matrix product's call, the least of many series. */
  static double nanos(CublasHandle cublas, CudaDevice device, TensorScope scope) {
    Tensor a = scope.zeros(ElementType.F32, N, N);
    Tensor c = scope.zeros(ElementType.F32, N, N);
    var operand = new CublasHandle.Operand(a.memory(), CuBlas.CUDA_R_32F(), Transpose.NO, N);
    int pedantic = CuBlas.CUBLAS_COMPUTE_32F_PEDANTIC();
    double least = Double.POSITIVE_INFINITY;
    for (int series = 0; series < SERIES; series++) {
      long start = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        cublas.gemm(N, N, N, 1, operand, operand, 0, c, pedantic);
      }
      least = Math.min(least, (System.nanoTime() - start) / (double) CALLS);
      device.synchronise();
    }
    return least;
  }
}
