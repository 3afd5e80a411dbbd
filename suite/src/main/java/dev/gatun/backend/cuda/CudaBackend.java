package dev.gatun.backend.cuda;

import dev.gatun.backend.AdamWStep;
import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.DeviceDescription;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.Gelu;
import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.MemoryUse;
import dev.gatun.backend.Recording;
import dev.gatun.backend.RecordingGuard;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.natives.cuda.CudaLibraries;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * An NVIDIA GPU: cuBLAS and cuSOLVER for matrices, kernels compiled for the device at hand for
 * everything else, on one stream. Equal inputs give equal bytes on devices of one kind with the
 * same libraries.
 *
 * <p>This class only says who does what; the operations are in the classes that it names.
 */
public final class CudaBackend implements Backend {
  /** Enough rows for whole waves of thread blocks, at no more than the largest L2 caches hold. */
  private static final long WORKING_SET_BYTES = 64L << 20;

  private final CudaSession session;
  private final RecordingGuard guard;
  private final DeviceMemory memory;
  private final Transfers transfers;
  private final DeviceDescription description;
  private final Vectors vectors;
  private final Argmax argmax;
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

  private CudaBackend(CudaSession session, CudaLibraries libraries, MathMode math) {
    this.session = session;
    guard = session.guard();
    memory = session.memory();
    transfers = session.transfers();
    description = CudaDescription.of(session.device(), session.compiler(), libraries, math);
    Launcher launcher = session.launcher();
    vectors = new Vectors(launcher, memory, transfers);
    argmax = new Argmax(launcher);
    products = new MatrixProducts(launcher, memory, session.cublas(), math);
    gramProducts = new GramProducts(launcher, memory, session.cublas());
    lapack = new Lapack(launcher, memory, session.cublas(), session.cusolver());
    singularValues = new SingularValues(launcher, memory, session.cusolver());
    embeddings = new Embedding(launcher, memory);
    bias = new Bias(launcher, memory);
    layerNorm = new LayerNorm(launcher, memory);
    rmsNorm = new RmsNorm(launcher, memory);
    activations = new Activations(launcher);
    elementwise = new ElementwiseFunctions(launcher);
    gatedActivation = new GatedActivation(launcher);
    rotary = new Rotary(launcher);
    columns = new Columns(launcher);
    attention = new CausalAttention(launcher, memory, math);
    crossEntropy = new CrossEntropy(launcher);
    adamW = new AdamW(launcher);
  }

  /** As {@link #open(MathMode, Optional)}, with the libraries that are found first. */
  public static CudaBackend open(MathMode math) {
    return open(math, Optional.empty());
  }

  /** As {@link #open(MathMode, Optional, Consumer)}, without a word. */
  public static CudaBackend open(MathMode math, Optional<Path> libraryFolder) {
    return open(math, libraryFolder, _ -> {});
  }

  /**
   * The first GPU that the driver shows; {@code CUDA_VISIBLE_DEVICES} chooses another.
   *
   * @param libraryFolder where the CUDA libraries are, or empty to look for them
   * @param notices takes what a user should know on the way, in lines: that kernels are compiled,
   *     which takes seconds
   * @throws dev.gatun.natives.NativeLibraryException if a library cannot be used
   * @throws NoCudaDeviceException if the driver shows no GPU
   */
  public static CudaBackend open(
      MathMode math, Optional<Path> libraryFolder, Consumer<String> notices) {
    CudaLibraries libraries = CudaLibraries.load(libraryFolder);
    return new CudaBackend(new CudaSession(notices), libraries, math);
  }

  @Override
  public DeviceDescription device() {
    return description;
  }

  @Override
  public ElementType real() {
    return ElementType.F32;
  }

  @Override
  public void close() {
    session.close();
  }

  @Override
  public Recording record(Runnable operations) {
    return CudaRecording.of(session.device(), guard, operations);
  }

  @Override
  public double seconds(Runnable operations) {
    guard.refuseInside("seconds");
    return CudaStopwatch.seconds(session.device(), operations);
  }

  @Override
  public long workingSetBytes() {
    return WORKING_SET_BYTES;
  }

  @Override
  public TensorScope newScope() {
    return memory.newScope();
  }

  @Override
  public MemoryUse memoryUse() {
    return memory.use();
  }

  @Override
  public OptionalLong freeMemoryBytes() {
    return OptionalLong.of(session.device().memory().free());
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
    argmax.argmaxRows(x, indices);
  }

  @Override
  public void gemm(
      Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    products.gemm(ta, tb, alpha, a, b, beta, c);
  }

  @Override
  public void syrk(Transpose transpose, Tensor a, double beta, Tensor c) {
    gramProducts.syrk(transpose, a, beta, c);
  }

  @Override
  public void symmetricEigenvalues(Tensor a, Tensor eigenvalues) {
    guard.refuseInside("symmetricEigenvalues");
    lapack.symmetricEigenvalues(a, eigenvalues);
  }

  @Override
  public void symmetricEigenvectors(Tensor a, Tensor eigenvalues) {
    guard.refuseInside("symmetricEigenvectors");
    lapack.symmetricEigenvectors(a, eigenvalues);
  }

  @Override
  public void singularValues(Tensor a, Tensor singularValues) {
    guard.refuseInside("singularValues");
    this.singularValues.singularValues(a, singularValues);
  }

  @Override
  public void svd(Tensor a, Tensor u, Tensor singularValues, Tensor vt) {
    guard.refuseInside("svd");
    this.singularValues.svd(a, u, singularValues, vt);
  }

  @Override
  public void qr(Tensor a, Tensor r) {
    guard.refuseInside("qr");
    lapack.qr(a, r);
  }

  @Override
  public void cholesky(Tensor a) {
    guard.refuseInside("cholesky");
    lapack.cholesky(a);
  }

  @Override
  public void choleskySolve(Tensor l, Tensor b) {
    guard.refuseInside("choleskySolve");
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
