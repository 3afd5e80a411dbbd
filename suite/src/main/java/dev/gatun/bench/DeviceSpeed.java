package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.DirectCalls;
import dev.gatun.backend.cpu.DirectCalls.Cut;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * What the device is measured to be capable of: the floor under every other time. It is the best of
 * what Gatun reaches and of what the libraries reach when they are called directly.
 *
 * @param bandwidth bytes read and written per second by a copy that no cache holds, or by a change
 *     in place
 * @param productRate floating-point operations per second of a large product of random matrices, in
 *     the backend's math mode
 * @param doubleProductRate the same in f64
 */
public record DeviceSpeed(double bandwidth, double productRate, double doubleProductRate) {
  private static final int LEAST_RUNS = 5;
  private static final long LEAST_NANOS = 100_000_000;

  /** C [m, n] ← A [m, k] · B [k, n], with B stored transposed or not. */
  private record Product(Transpose transpose, int m, int n, int k) {}

  /**
   * Measures a backend.
   *
   * @param small only show that it can be measured
   */
  public static DeviceSpeed of(Backend backend, boolean small) {
    if (small) {
      return measure(
          backend, Optional.empty(), 1 << 12, List.of(new Product(Transpose.NO, 64, 64, 64)));
    }
    if (backend.device().kind().equals("cuda")) {
      var products =
          List.of(
              new Product(Transpose.NO, 8192, 8192, 8192),
              new Product(Transpose.NO, 4096, 4096, 4096));
      return measure(backend, Optional.empty(), 1L << 28, products);
    }
    int threads = backend.device().threads();
    // As many rows for each thread as make a call of its own fast.
    var products =
        List.of(
            new Product(Transpose.NO, 512 * threads, 512, 512),
            new Product(Transpose.YES, 1024 * threads, 1024, 256),
            new Product(Transpose.NO, 1024 * threads, 1024, 1024));
    try (var library = new DirectCalls(threads)) {
      return measure(backend, Optional.of(library), 1L << 26, products);
    }
  }

  private static DeviceSpeed measure(
      Backend backend, Optional<DirectCalls> library, long elements, List<Product> products) {
    return new DeviceSpeed(
        bandwidth(backend, library, elements),
        productRate(backend, library, ElementType.F32, products),
        productRate(backend, library, ElementType.F64, products));
  }

  private static double bandwidth(Backend backend, Optional<DirectCalls> library, long elements) {
    try (TensorScope scope = backend.newScope()) {
      Tensor from = scope.zeros(ElementType.F32, elements);
      Tensor to = scope.zeros(ElementType.F32, elements);
      backend.fill(from, 1);
      double seconds =
          Math.min(
              least(backend, () -> backend.copy(from, to)),
              least(backend, () -> backend.scale(-1, from)));
      if (library.isPresent()) {
        seconds = Math.min(seconds, least(backend, () -> library.get().copy(from, to)));
      }
      return 2 * from.byteSize() / seconds;
    }
  }

  private static double productRate(
      Backend backend, Optional<DirectCalls> library, ElementType type, List<Product> products) {
    double best = 0;
    for (Product product : products) {
      double flops = 2.0 * product.m() * product.n() * product.k();
      best = Math.max(best, flops / seconds(backend, library, type, product));
    }
    return best;
  }

  /** The rate of the fastest way to make a product. */
  private static double seconds(
      Backend backend, Optional<DirectCalls> library, ElementType type, Product product) {
    Transpose tb = product.transpose();
    try (TensorScope scope = backend.newScope()) {
      Tensor a = random(backend, scope, type, product.m(), product.k());
      Tensor b =
          tb == Transpose.NO
              ? random(backend, scope, type, product.k(), product.n())
              : random(backend, scope, type, product.n(), product.k());
      Tensor c = scope.zeros(type, product.m(), product.n());
      double least = least(backend, () -> backend.gemm(Transpose.NO, tb, 1, a, b, 0, c));
      if (library.isEmpty()) {
        return least;
      }
      DirectCalls direct = library.get();
      ToDoubleFunction<Cut> seconds =
          cut -> least(backend, () -> direct.gemm(cut, Transpose.NO, tb, a, b, c));
      return DoubleStream.of(
              least,
              direct.withOwnThreads(() -> seconds.applyAsDouble(Cut.NONE)),
              seconds.applyAsDouble(Cut.ROWS),
              seconds.applyAsDouble(Cut.COLUMNS))
          .min()
          .orElseThrow();
    }
  }

  private static Tensor random(
      Backend backend, TensorScope scope, ElementType type, int rows, int cols) {
    Tensor tensor = scope.zeros(type, rows, cols);
    var random = new Random(1);
    for (int row = 0; row < rows; row++) {
      backend.write(random.doubles(cols, -1, 1).toArray(), tensor.rows(row, 1));
    }
    return tensor;
  }

  private static double least(Backend backend, Runnable work) {
    work.run();
    double least = Double.POSITIVE_INFINITY;
    long start = System.nanoTime();
    for (int run = 0; run < LEAST_RUNS || System.nanoTime() - start < LEAST_NANOS; run++) {
      least = Math.min(least, backend.seconds(work));
    }
    return least;
  }

  /** The least time that work of this cost can take here. */
  public Floor floor(Cost cost) {
    return new Floor(
        cost.flops() / productRate + cost.doubleFlops() / doubleProductRate,
        cost.bytes() / bandwidth);
  }
}
