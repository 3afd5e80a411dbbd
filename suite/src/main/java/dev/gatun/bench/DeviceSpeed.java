package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * What the device is measured to be capable of: the floor under every other time.
 *
 * @param copyBandwidth bytes read and written per second by a copy that no cache holds
 * @param productRate floating-point operations per second of a large square product, in the
 *     backend's math mode
 * @param doubleProductRate the same in f64
 */
public record DeviceSpeed(double copyBandwidth, double productRate, double doubleProductRate) {
  private static final int RUNS = 5;

  /** Measures a backend: the best of a few runs each. */
  public static DeviceSpeed of(Backend backend) {
    boolean cuda = backend.device().kind().equals("cuda");
    return new DeviceSpeed(
        copyBandwidth(backend, cuda ? 1L << 28 : 1L << 26),
        productRate(backend, ElementType.F32, cuda ? 8192 : 2048),
        productRate(backend, ElementType.F64, cuda ? 4096 : 1024));
  }

  private static double copyBandwidth(Backend backend, long elements) {
    try (TensorScope scope = backend.newScope()) {
      Tensor from = scope.zeros(ElementType.F32, elements);
      Tensor to = scope.zeros(ElementType.F32, elements);
      backend.fill(from, 1);
      return 2 * from.byteSize() / best(backend, () -> backend.copy(from, to));
    }
  }

  private static double productRate(Backend backend, ElementType type, int n) {
    try (TensorScope scope = backend.newScope()) {
      Tensor a = scope.zeros(type, n, n);
      Tensor b = scope.zeros(type, n, n);
      Tensor c = scope.zeros(type, n, n);
      backend.fill(a, 1);
      backend.fill(b, 1);
      double flops = 2.0 * n * n * n;
      return flops / best(backend, () -> backend.gemm(Transpose.NO, Transpose.NO, 1, a, b, 0, c));
    }
  }

  private static double best(Backend backend, Runnable work) {
    work.run();
    double best = Double.POSITIVE_INFINITY;
    for (int run = 0; run < RUNS; run++) {
      best = Math.min(best, backend.seconds(work));
    }
    return best;
  }

  /** The least time that work of this cost can take here. */
  public double floor(Cost cost) {
    return Math.max(
        cost.flops() / productRate + cost.doubleFlops() / doubleProductRate,
        cost.bytes() / copyBandwidth);
  }
}
