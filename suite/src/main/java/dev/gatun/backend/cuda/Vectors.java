package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Elementwise operations and sums over whole tensors, F32 or F64: {@code vectors.cu}. */
final class Vectors implements Parts.Vectors {
  private static final String FILE = "vectors";
  private static final Kernel FILL_F32 = new Kernel(FILE, "fill_f32");
  private static final Kernel FILL_F64 = new Kernel(FILE, "fill_f64");
  private static final Kernel AXPY_F32 = new Kernel(FILE, "axpy_f32");
  private static final Kernel AXPY_F64 = new Kernel(FILE, "axpy_f64");
  private static final Kernel SCALE_F32 = new Kernel(FILE, "scale_f32");
  private static final Kernel SCALE_F64 = new Kernel(FILE, "scale_f64");
  private static final Kernel WIDEN = new Kernel(FILE, "widen_f32");
  private static final Kernel NARROW = new Kernel(FILE, "narrow_f64");
  private static final Kernel DOT_F32 = new Kernel(FILE, "dot_f32");
  private static final Kernel DOT_F64 = new Kernel(FILE, "dot_f64");
  private static final Kernel SUM = new Kernel(FILE, "vector_sum_f64");
  private static final Kernel ADD_SUM = new Kernel(FILE, "add_vector_sum_f64");
  private static final Kernel FIRST_F32 = new Kernel(FILE, "first_non_finite_f32");
  private static final Kernel FIRST_F64 = new Kernel(FILE, "first_non_finite_f64");
  private static final Kernel MAX = new Kernel(FILE, "vector_max_f64");

  // As in vectors.cu.
  private static final int THREADS = 256;
  private static final int PER_THREAD = 4;
  private static final int CHUNK = 64 * THREADS;

  private final Launcher launcher;
  private final Transfers transfers;
  private final DeviceScratch partials;

  Vectors(Launcher launcher, DeviceMemory memory, Transfers transfers) {
    this.launcher = launcher;
    this.transfers = transfers;
    this.partials = new DeviceScratch(memory);
  }

  private static Grid elementwise(Tensor x) {
    return Grid.of(Math.ceilDiv(x.size(), THREADS * PER_THREAD), THREADS);
  }

  /** Sets every element. */
  @Override
  public void fill(Tensor x, double value) {
    if (x.type() == ElementType.F32) {
      launcher.launch(FILL_F32, elementwise(x), x, (float) value, x.size());
    } else {
      launcher.launch(FILL_F64, elementwise(x), x, value, x.size());
    }
  }

  /** y ← y + alpha·x. */
  @Override
  public void axpy(double alpha, Tensor x, Tensor y) {
    if (x.type() == ElementType.F32) {
      launcher.launch(AXPY_F32, elementwise(x), (float) alpha, x, y, x.size());
    } else {
      launcher.launch(AXPY_F64, elementwise(x), alpha, x, y, x.size());
    }
  }

  /** x ← alpha·x. */
  @Override
  public void scale(double alpha, Tensor x) {
    if (x.type() == ElementType.F32) {
      launcher.launch(SCALE_F32, elementwise(x), (float) alpha, x, x.size());
    } else {
      launcher.launch(SCALE_F64, elementwise(x), alpha, x, x.size());
    }
  }

  /** Copies between tensors of equal size, converting between F32 and F64. */
  @Override
  public void copy(Tensor from, Tensor to) {
    if (from.type() != to.type()) {
      Kernel kernel = from.type() == ElementType.F32 ? WIDEN : NARROW;
      launcher.launch(kernel, elementwise(from), from, to, from.size());
    } else if (from.size() > 0) {
      launcher.writes().to(to);
      launcher.clock().begin();
      CudaStatus.DRIVER.check(
          CudaDriver.cuMemcpyDtoDAsync_v2(
              to.memory().address(), from.memory().address(), from.byteSize(), launcher.stream()),
          "cuMemcpyDtoDAsync_v2",
          from,
          to);
      launcher.clock().end("copy");
    }
  }

  /** Σ xᵢ·yᵢ in f64: a sum per chunk of fixed size, then one over the chunks. */
  @Override
  public double dot(Tensor x, Tensor y) {
    Tensor sums = sumsOfChunks(x, y);
    Tensor result = partials.get(ElementType.F64, sums.size() + 1).slice(sums.size(), 1);
    launcher.launch(SUM, Grid.of(1, THREADS), sums, result, sums.size());
    return transfers.toDouble(result);
  }

  /** Makes the same sum, which stays on the device. */
  @Override
  public void addDot(double alpha, Tensor x, Tensor y, Tensor sum) {
    Tensor sums = sumsOfChunks(x, y);
    launcher.launch(ADD_SUM, Grid.of(1, THREADS), sums, alpha, sum, sums.size());
  }

  private Tensor sumsOfChunks(Tensor x, Tensor y) {
    long chunks = Math.ceilDiv(x.size(), CHUNK);
    Tensor sums = partials.get(ElementType.F64, chunks + 1).slice(0, chunks);
    Kernel kernel = x.type() == ElementType.F32 ? DOT_F32 : DOT_F64;
    launcher.launch(kernel, Grid.of(chunks, THREADS), x, y, sums, x.size());
    return sums;
  }

  /** Index of the first NaN or infinity, or −1. */
  @Override
  public long firstNonFinite(Tensor x) {
    long chunks = Math.ceilDiv(x.size(), CHUNK);
    Tensor firsts = partials.get(ElementType.F64, chunks + 1);
    Tensor result = firsts.slice(chunks, 1);
    Kernel kernel = x.type() == ElementType.F32 ? FIRST_F32 : FIRST_F64;
    launcher.launch(kernel, Grid.of(chunks, THREADS), x, firsts, x.size());
    launcher.launch(MAX, Grid.of(1, THREADS), firsts, result, chunks);
    double negated = transfers.toDouble(result);
    return negated == Double.NEGATIVE_INFINITY ? -1 : (long) -negated;
  }
}
