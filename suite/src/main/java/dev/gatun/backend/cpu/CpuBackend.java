package dev.gatun.backend.cpu;

import dev.gatun.backend.AdamWStep;
import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.DeviceDescription;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.Gelu;
import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.MemoryUse;
import dev.gatun.backend.OperandChecks;
import dev.gatun.backend.Recording;
import dev.gatun.backend.RecordingGuard;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.natives.BlasLibrary;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The CPU: a BLAS library for matrices, the Vector API for everything else, one pool of threads for
 * both. Equal inputs give equal bytes on any number of threads of one machine.
 *
 * <p>This class only says who does what; the operations are in the classes that it names.
 */
public final class CpuBackend implements Backend {
  /** Of the logits at V 8,192, D 32, 4 MiB take 0.88 of the time of 16. */
  private static final long WORKING_SET_BYTES = 4L << 20;

  private final OperandChecks checks = new OperandChecks(ElementType.F32, true);
  private final RecordingGuard guard = new RecordingGuard();
  private final Holding holding;
  private final HostMemory memory = new HostMemory();
  private final HostTransfers transfers;
  private final CpuDescription description;
  private final WorkerPool pool;
  private final Vectors vectors;
  private final MatrixProducts products;
  private final GramProducts gramProducts;
  private final Lapack lapack;
  private final SingularValues singularValues;
  private final Embedding embeddings;
  private final Bias bias;
  private final LayerNorm layerNorm;
  private final RmsNorm rmsNorm;
  private final Activations activations;
  private final ElementwiseFunctions elementwise;
  private final GatedActivation gatedActivation;
  private final Rotary rotary;
  private final Columns columns;
  private final CausalAttention attention;
  private final CrossEntropy crossEntropy;
  private final AdamW adamW;

  private CpuBackend(int threads, BlasLibrary blas) {
    description = new CpuDescription(threads, blas);
    pool = new WorkerPool(threads, memory);
    transfers = new HostTransfers(pool);
    vectors = new Vectors(pool);
    products =
        new MatrixProducts(
            pool,
            memory,
            Tiling.isUnpackedFaster(blas.coreType()),
            blas.keepsBitsWhenRowsAreCut() ? threads : Tiling.THREADS_OF_ANY_LIBRARY);
    gramProducts = new GramProducts(pool, memory);
    lapack = new Lapack(pool, memory);
    singularValues = new SingularValues(pool, memory);
    embeddings = new Embedding(pool);
    bias = new Bias(pool);
    layerNorm = new LayerNorm(pool);
    rmsNorm = new RmsNorm(pool);
    activations = new Activations(pool);
    elementwise = new ElementwiseFunctions(pool);
    gatedActivation = new GatedActivation(pool);
    rotary = new Rotary(pool);
    columns = new Columns(pool);
    attention = new CausalAttention(pool);
    crossEntropy = new CrossEntropy(pool);
    adamW = new AdamW(pool);
    holding = Holding.of("an open CPU backend");
  }

  /**
   * Opens the CPU with the usual BLAS library.
   *
   * @param threads number of threads, the caller's included
   * @throws IllegalArgumentException if threads is below 1
   * @throws dev.gatun.natives.NativeLibraryException if the library cannot be used
   */
  public static CpuBackend open(int threads) {
    return open(threads, Optional.empty());
  }

  /**
   * As {@link #open(int)}, with a library of the user's own.
   *
   * @param blas the library file, or empty for the usual one
   */
  public static CpuBackend open(int threads, Optional<Path> blas) {
    if (threads < 1) {
      throw new IllegalArgumentException("the CPU backend needs at least 1 thread, not " + threads);
    }
    return new CpuBackend(threads, BlasLibrary.load(blas));
  }

  /** One thread for each processor that this process may use. */
  public static int defaultThreads() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** How often gesdd did not converge and gesvd had to take over, since the backend was opened. */
  public int lapackFallbacks() {
    return singularValues.fallbacks();
  }

  @Override
  public DeviceDescription device() {
    return description.current(singularValues.fallbacks());
  }

  @Override
  public ElementType real() {
    return ElementType.F32;
  }

  @Override
  public void close() {
    pool.close();
    products.close();
    gramProducts.close();
    holding.close();
  }

  @Override
  public Recording record(Runnable operations) {
    return guard.repeating(operations);
  }

  @Override
  public double seconds(Runnable operations) {
    long start = System.nanoTime();
    operations.run();
    return (System.nanoTime() - start) * 1e-9;
  }

  @Override
  public long workingSetBytes() {
    return WORKING_SET_BYTES;
  }

  @Override
  public TensorScope newScope() {
    return guard.watched(new HostScope(memory));
  }

  @Override
  public MemoryUse memoryUse() {
    return memory.use();
  }

  @Override
  public OptionalLong freeMemoryBytes() {
    return OptionalLong.of(FreeMemory.bytes());
  }

  @Override
  public void resetPeakMemory() {
    memory.resetPeak();
  }

  @Override
  public void write(double[] values, Tensor to) {
    guard.refuseInside("write");
    transfers.write(values, to);
  }

  @Override
  public void write(float[] values, Tensor to) {
    guard.refuseInside("write");
    transfers.write(values, to);
  }

  @Override
  public void write(int[] values, Tensor to) {
    guard.refuseInside("write");
    transfers.write(values, to);
  }

  @Override
  public void write(Encoding encoding, MemorySegment stored, Tensor to) {
    guard.refuseInside("write");
    transfers.write(encoding, stored, to);
  }

  @Override
  public double[] toDoubles(Tensor from) {
    guard.refuseInside("toDoubles");
    return transfers.toDoubles(from);
  }

  @Override
  public float[] toFloats(Tensor from) {
    guard.refuseInside("toFloats");
    return transfers.toFloats(from);
  }

  @Override
  public int[] toInts(Tensor from) {
    guard.refuseInside("toInts");
    return transfers.toInts(from);
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    vectors.copy(from, to);
  }

  @Override
  public void copyColumns(Tensor from, long fromColumn, Tensor to, long toColumn, long count) {
    columns.copy(from, fromColumn, to, toColumn, count);
  }

  @Override
  public void fill(Tensor x, double value) {
    vectors.fill(x, value);
  }

  @Override
  public void axpy(double alpha, Tensor x, Tensor y) {
    vectors.axpy(alpha, x, y);
  }

  @Override
  public void scale(double alpha, Tensor x) {
    vectors.scale(alpha, x);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    guard.refuseInside("sumOfSquares");
    return vectors.dot(x, x);
  }

  @Override
  public double dot(Tensor x, Tensor y) {
    guard.refuseInside("dot");
    return vectors.dot(x, y);
  }

  @Override
  public long firstNonFinite(Tensor x) {
    guard.refuseInside("firstNonFinite");
    return vectors.firstNonFinite(x);
  }

  @Override
  public void argmaxRows(Tensor x, Tensor indices) {
    vectors.argmaxRows(x, indices);
  }

  @Override
  public void gemm(
      Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    checks.gemm(ta, tb, a, b, c);
    int m = Math.toIntExact(c.rows());
    int n = Math.toIntExact(c.cols());
    int k = Math.toIntExact(ta == Transpose.NO ? a.cols() : a.rows());
    products.gemm(c.type(), ta, tb, m, n, k, alpha, a.memory(), b.memory(), beta, c.memory());
  }

  @Override
  public void syrk(Transpose transpose, Tensor a, double beta, Tensor c) {
    checks.syrk(transpose, a, c);
    gramProducts.syrk(transpose, a, beta, c);
  }

  @Override
  public void symmetricEigenvalues(Tensor a, Tensor eigenvalues) {
    guard.refuseInside("symmetricEigenvalues");
    checks.symmetricEigenvalues(a, eigenvalues);
    lapack.symmetricEigenvalues(a, eigenvalues);
  }

  @Override
  public void symmetricEigenvectors(Tensor a, Tensor eigenvalues) {
    guard.refuseInside("symmetricEigenvectors");
    checks.symmetricEigenvalues(a, eigenvalues);
    lapack.symmetricEigenvectors(a, eigenvalues);
  }

  @Override
  public void singularValues(Tensor a, Tensor singularValues) {
    guard.refuseInside("singularValues");
    checks.singularValues(a, singularValues);
    this.singularValues.singularValues(a, singularValues);
  }

  @Override
  public void svd(Tensor a, Tensor u, Tensor singularValues, Tensor vt) {
    guard.refuseInside("svd");
    checks.svd(a, u, singularValues, vt);
    this.singularValues.svd(a, u, singularValues, vt);
  }

  @Override
  public void qr(Tensor a, Tensor r) {
    guard.refuseInside("qr");
    checks.qr(a, r);
    lapack.qr(a, r);
  }

  @Override
  public void cholesky(Tensor a) {
    guard.refuseInside("cholesky");
    checks.cholesky(a);
    lapack.cholesky(a);
  }

  @Override
  public void choleskySolve(Tensor l, Tensor b) {
    guard.refuseInside("choleskySolve");
    checks.choleskySolve(l, b);
    lapack.choleskySolve(l, b);
  }

  @Override
  public void embedding(Tensor table, Tensor ids, Tensor out) {
    embeddings.embedding(table, ids, out);
  }

  @Override
  public void embeddingBackward(Tensor dOut, Tensor ids, Tensor dTable) {
    embeddings.embeddingBackward(dOut, ids, dTable);
  }

  @Override
  public void addBias(Tensor bias, Tensor x) {
    this.bias.addBias(bias, x);
  }

  @Override
  public void addBiasBackward(Tensor dOut, Tensor dBias) {
    bias.addBiasBackward(dOut, dBias);
  }

  @Override
  public void layerNorm(
      Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
    layerNorm.layerNorm(x, weight, bias, epsilon, y, mean, rstd);
  }

  @Override
  public void layerNormBackward(
      Tensor dY,
      Tensor x,
      Tensor weight,
      Tensor mean,
      Tensor rstd,
      Tensor dX,
      Tensor dWeight,
      Tensor dBias) {
    layerNorm.layerNormBackward(dY, x, weight, mean, rstd, dX, dWeight, dBias);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd) {
    rmsNorm.rmsNorm(x, weight, epsilon, y, rstd);
  }

  @Override
  public void rmsNormBackward(
      Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight) {
    rmsNorm.rmsNormBackward(dY, x, weight, rstd, dX, dWeight);
  }

  @Override
  public void gelu(Gelu form, Tensor x, Tensor y) {
    activations.gelu(form, x, y);
  }

  @Override
  public void geluBackward(Gelu form, Tensor x, Tensor dY, Tensor dX) {
    activations.geluBackward(form, x, dY, dX);
  }

  @Override
  public void elementwise(Elementwise form, Tensor x, Tensor y) {
    elementwise.forward(form, x, y);
  }

  @Override
  public void elementwiseBackward(Elementwise form, Tensor x, Tensor dY, Tensor dX) {
    elementwise.backward(form, x, dY, dX);
  }

  @Override
  public void swiglu(Tensor x, Tensor y) {
    gatedActivation.swiglu(x, y);
  }

  @Override
  public void swigluBackward(Tensor x, Tensor dY, Tensor dX) {
    gatedActivation.swigluBackward(x, dY, dX);
  }

  @Override
  public void rotary(AttentionShape shape, Tensor cos, Tensor sin, Tensor packed) {
    rotary.rotary(shape, cos, sin, packed);
  }

  @Override
  public void rotaryBackward(AttentionShape shape, Tensor cos, Tensor sin, Tensor dPacked) {
    rotary.rotaryBackward(shape, cos, sin, dPacked);
  }

  @Override
  public void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers) {
    attention.attention(shape, packed, out, normalisers);
  }

  @Override
  public void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor normalisers,
      Tensor dOut,
      Tensor dPacked) {
    attention.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses) {
    crossEntropy.crossEntropy(logits, targets, scale, losses);
  }

  @Override
  public void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses) {
    crossEntropy.crossEntropyLoss(logits, targets, losses);
  }

  @Override
  public void logSumExpRows(Tensor logits, LogSumExp logSumExp) {
    crossEntropy.logSumExpRows(logits, logSumExp);
  }

  @Override
  public void crossEntropyColumns(
      Tensor logits, LogSumExp logSumExp, Tensor targets, long firstClass, double scale) {
    crossEntropy.crossEntropyColumns(logits, logSumExp, targets, firstClass, scale);
  }

  @Override
  public void weightedCrossEntropyColumns(
      Tensor logits,
      LogSumExp logSumExp,
      Tensor targets,
      Tensor weights,
      long firstClass,
      double scale) {
    crossEntropy.weightedCrossEntropyColumns(
        logits, logSumExp, targets, weights, firstClass, scale);
  }

  @Override
  public void adamW(
      AdamWStep step, Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
    adamW.adamW(step, parameter, gradient, firstMoment, secondMoment);
  }
}
