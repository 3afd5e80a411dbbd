package dev.gatun.backend.cpu;

import dev.gatun.backend.AdamWStep;
import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.DeviceDescription;
import dev.gatun.backend.Gelu;
import dev.gatun.backend.MemoryUse;
import dev.gatun.backend.OperandChecks;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.natives.OpenBlasLibrary;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The CPU: matrix products by single-threaded OpenBLAS in tiles over one pool of threads,
 * everything else by the Vector API on the same pool. Weights and activations are F32, computed
 * strictly.
 */
public final class CpuBackend implements Backend {
  private final OperandChecks checks = new OperandChecks(ElementType.F32, true);
  private final OpenBlasLibrary library;
  private final HostMemory memory = new HostMemory();
  private final WorkerPool pool;
  private final HostTransfers transfers = new HostTransfers();
  private final Vectors vectors;
  private final Searches searches;
  private final MatrixProducts products;
  private final GramProducts gramProducts;
  private final Lapack lapack;
  private final Embedding embedding;
  private final Bias bias;
  private final LayerNorm layerNorm;
  private final RmsNorm rmsNorm;
  private final Activations activations;
  private final GatedActivation gatedActivation;
  private final Rotary rotary;
  private final CausalAttention attention;
  private final CrossEntropy crossEntropy;
  private final AdamW adamW;

  private CpuBackend(int threads, OpenBlasLibrary library) {
    this.library = library;
    this.pool = new WorkerPool(threads, memory);
    this.vectors = new Vectors(pool);
    this.searches = new Searches(pool);
    this.products = new MatrixProducts(pool, memory);
    this.gramProducts = new GramProducts(pool, memory);
    this.lapack = new Lapack(memory);
    this.embedding = new Embedding(pool);
    this.bias = new Bias(pool);
    this.layerNorm = new LayerNorm(pool);
    this.rmsNorm = new RmsNorm(pool);
    this.activations = new Activations(pool);
    this.gatedActivation = new GatedActivation(pool);
    this.rotary = new Rotary(pool);
    this.attention = new CausalAttention(pool);
    this.crossEntropy = new CrossEntropy(pool);
    this.adamW = new AdamW(pool);
  }

  /** Opens the CPU with a number of threads and the OpenBLAS that comes with Gatun. */
  public static CpuBackend open(int threads) {
    return open(threads, Optional.empty());
  }

  /**
   * Opens the CPU.
   *
   * @param openBlas another OpenBLAS library to use
   * @throws dev.gatun.natives.NativeLibraryException if OpenBLAS cannot be loaded
   */
  public static CpuBackend open(int threads, Optional<Path> openBlas) {
    return new CpuBackend(threads, OpenBlasLibrary.load(openBlas));
  }

  /** As many threads as the JVM sees processors. */
  public static int defaultThreads() {
    return Runtime.getRuntime().availableProcessors();
  }

  @Override
  public DeviceDescription device() {
    return CpuDescription.of(pool.threads(), library, lapack.fallbacks());
  }

  @Override
  public ElementType real() {
    return ElementType.F32;
  }

  @Override
  public void close() {
    products.close();
    gramProducts.close();
    pool.close();
  }

  @Override
  public TensorScope newScope() {
    return new HostScope(memory);
  }

  @Override
  public MemoryUse memoryUse() {
    return memory.use();
  }

  @Override
  public void resetPeakMemory() {
    memory.resetPeak();
  }

  @Override
  public void write(double[] values, Tensor to) {
    transfers.write(values, to);
  }

  @Override
  public void write(float[] values, Tensor to) {
    transfers.write(values, to);
  }

  @Override
  public void write(int[] values, Tensor to) {
    transfers.write(values, to);
  }

  @Override
  public double[] toDoubles(Tensor from) {
    return transfers.toDoubles(from);
  }

  @Override
  public float[] toFloats(Tensor from) {
    return transfers.toFloats(from);
  }

  @Override
  public int[] toInts(Tensor from) {
    return transfers.toInts(from);
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    checks.copy(from, to);
    vectors.copy(from, to);
  }

  @Override
  public void fill(Tensor x, double value) {
    checks.floating("fill", "x", x);
    vectors.fill(x, value);
  }

  @Override
  public void axpy(double alpha, Tensor x, Tensor y) {
    checks.pair("axpy", x, y);
    vectors.axpy(alpha, x, y);
  }

  @Override
  public void scale(double alpha, Tensor x) {
    checks.floating("scale", "x", x);
    vectors.scale(alpha, x);
  }

  @Override
  public double sumOfSquares(Tensor x) {
    checks.floating("sumOfSquares", "x", x);
    return vectors.dot(x, x);
  }

  @Override
  public double dot(Tensor x, Tensor y) {
    checks.pair("dot", x, y);
    return vectors.dot(x, y);
  }

  @Override
  public long firstNonFinite(Tensor x) {
    checks.floating("firstNonFinite", "x", x);
    return searches.firstNonFinite(x);
  }

  @Override
  public void argmaxRows(Tensor x, Tensor indices) {
    checks.argmaxRows(x, indices);
    searches.argmaxRows(x, indices);
  }

  @Override
  public void gemm(
      Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    checks.gemm(ta, tb, a, b, c);
    products.gemm(ta, tb, alpha, a, b, beta, c);
  }

  @Override
  public void syrk(Transpose transpose, Tensor a, double beta, Tensor c) {
    checks.syrk(transpose, a, c);
    gramProducts.syrk(transpose, a, beta, c);
  }

  @Override
  public void symmetricEigenvalues(Tensor a, Tensor eigenvalues) {
    checks.symmetricEigenvalues(a, eigenvalues);
    lapack.symmetricEigenvalues(a, eigenvalues);
  }

  @Override
  public void symmetricEigenvectors(Tensor a, Tensor eigenvalues) {
    checks.symmetricEigenvalues(a, eigenvalues);
    lapack.symmetricEigenvectors(a, eigenvalues);
  }

  @Override
  public void singularValues(Tensor a, Tensor singularValues) {
    checks.singularValues(a, singularValues);
    lapack.singularValues(a, singularValues);
  }

  @Override
  public void svd(Tensor a, Tensor u, Tensor singularValues, Tensor vt) {
    checks.svd(a, u, singularValues, vt);
    lapack.svd(a, u, singularValues, vt);
  }

  @Override
  public void qr(Tensor a, Tensor r) {
    checks.qr(a, r);
    lapack.qr(a, r);
  }

  @Override
  public void cholesky(Tensor a) {
    checks.cholesky(a);
    lapack.cholesky(a);
  }

  @Override
  public void choleskySolve(Tensor l, Tensor b) {
    checks.choleskySolve(l, b);
    lapack.choleskySolve(l, b);
  }

  @Override
  public void embedding(Tensor table, Tensor ids, Tensor out) {
    checks.embedding("embedding", table, ids, out);
    embedding.embedding(table, ids, out);
  }

  @Override
  public void embeddingBackward(Tensor dOut, Tensor ids, Tensor dTable) {
    checks.embedding("embeddingBackward", dTable, ids, dOut);
    embedding.embeddingBackward(dOut, ids, dTable);
  }

  @Override
  public void addBias(Tensor by, Tensor x) {
    checks.bias("addBias", by, x);
    bias.addBias(by, x);
  }

  @Override
  public void addBiasBackward(Tensor dOut, Tensor dBias) {
    checks.bias("addBiasBackward", dBias, dOut);
    bias.addBiasBackward(dOut, dBias);
  }

  @Override
  public void layerNorm(
      Tensor x, Tensor weight, Tensor shift, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
    checks.layerNorm(x, weight, shift, y, mean, rstd);
    layerNorm.layerNorm(x, weight, shift, epsilon, y, mean, rstd);
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
    checks.layerNormBackward(dY, x, weight, mean, rstd, dX, dWeight, dBias);
    layerNorm.layerNormBackward(dY, x, weight, mean, rstd, dX, dWeight, dBias);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd) {
    checks.rmsNorm(x, weight, y, rstd);
    rmsNorm.rmsNorm(x, weight, epsilon, y, rstd);
  }

  @Override
  public void rmsNormBackward(
      Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight) {
    checks.rmsNormBackward(dY, x, weight, rstd, dX, dWeight);
    rmsNorm.rmsNormBackward(dY, x, weight, rstd, dX, dWeight);
  }

  @Override
  public void gelu(Gelu form, Tensor x, Tensor y) {
    checks.sameSize("gelu", x, y);
    activations.gelu(form, x, y);
  }

  @Override
  public void geluBackward(Gelu form, Tensor x, Tensor dY, Tensor dX) {
    checks.sameSize("geluBackward", x, dY, dX);
    activations.geluBackward(form, x, dY, dX);
  }

  @Override
  public void swiglu(Tensor x, Tensor y) {
    checks.swiglu("swiglu", x, y);
    gatedActivation.swiglu(x, y);
  }

  @Override
  public void swigluBackward(Tensor x, Tensor dY, Tensor dX) {
    checks.swiglu("swigluBackward", x, dY);
    checks.swiglu("swigluBackward", dX, dY);
    gatedActivation.swigluBackward(x, dY, dX);
  }

  @Override
  public void rotary(AttentionShape shape, Tensor cos, Tensor sin, Tensor packed) {
    checks.rotary("rotary", shape, cos, sin, packed);
    rotary.rotary(shape, cos, sin, packed);
  }

  @Override
  public void rotaryBackward(AttentionShape shape, Tensor cos, Tensor sin, Tensor dPacked) {
    checks.rotary("rotaryBackward", shape, cos, sin, dPacked);
    rotary.rotaryBackward(shape, cos, sin, dPacked);
  }

  @Override
  public void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor logSumExp) {
    checks.attention("attention", shape, packed, out, logSumExp);
    attention.attention(shape, packed, out, logSumExp);
  }

  @Override
  public void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor logSumExp,
      Tensor dOut,
      Tensor dPacked) {
    checks.attentionBackward(shape, packed, out, logSumExp, dOut, dPacked);
    attention.attentionBackward(shape, packed, out, logSumExp, dOut, dPacked);
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses) {
    checks.crossEntropy("crossEntropy", logits, targets, losses);
    crossEntropy.crossEntropy(logits, targets, scale, losses);
  }

  @Override
  public void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses) {
    checks.crossEntropy("crossEntropyLoss", logits, targets, losses);
    crossEntropy.crossEntropyLoss(logits, targets, losses);
  }

  @Override
  public void logSumExpRows(Tensor logits, Tensor logSumExp) {
    checks.logSumExpRows("logSumExpRows", logits, logSumExp);
    crossEntropy.logSumExpRows(logits, logSumExp);
  }

  @Override
  public void crossEntropyColumns(
      Tensor logits, Tensor logSumExp, Tensor targets, long firstClass, double scale) {
    checks.crossEntropy("crossEntropyColumns", logits, targets, logSumExp);
    crossEntropy.crossEntropyColumns(logits, logSumExp, targets, firstClass, scale);
  }

  @Override
  public void adamW(
      AdamWStep step, Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
    checks.sameSize("adamW", parameter, gradient, firstMoment, secondMoment);
    adamW.adamW(step, parameter, gradient, firstMoment, secondMoment);
  }
}
