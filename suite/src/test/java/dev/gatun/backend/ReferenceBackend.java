package dev.gatun.backend;

import static dev.gatun.backend.Elements.add;
import static dev.gatun.backend.Elements.at;
import static dev.gatun.backend.Elements.elements;
import static dev.gatun.backend.Elements.idAt;
import static dev.gatun.backend.Elements.put;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;

/**
 * The oracle: every operation of {@link Backend} in f64, in the plainest Java that its formula
 * allows. Slow, single-threaded, host memory only.
 */
public final class ReferenceBackend implements Backend {
  private final OperandChecks checks = new OperandChecks(ElementType.F64, true);
  private final ReferenceMemory memory = new ReferenceMemory();
  private final RecordingGuard guard = new RecordingGuard();
  private final long workingSetBytes;

  /** With a working set as large as the CPU's, 4 MiB. */
  public ReferenceBackend() {
    this(4L << 20);
  }

  /** With another working set, for work that is to be cut into chunks. */
  public ReferenceBackend(long workingSetBytes) {
    this.workingSetBytes = workingSetBytes;
  }

  @Override
  public DeviceDescription device() {
    return new DeviceDescription("cpu", "f64 oracle", 1, "f64", Map.of());
  }

  @Override
  public ElementType real() {
    return ElementType.F64;
  }

  @Override
  public void close() {}

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
    return workingSetBytes;
  }

  @Override
  public TensorScope newScope() {
    return guard.watched(memory.newScope());
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
    guard.refuseInside("write");
    checks.floating("write", "to", to);
    requireSize(values.length, to);
    if (to.type() == ElementType.F64) {
      MemorySegment.copy(values, 0, to.memory(), JAVA_DOUBLE, 0, values.length);
      return;
    }
    for (int i = 0; i < values.length; i++) {
      put(to, i, values[i]);
    }
  }

  @Override
  public void write(float[] values, Tensor to) {
    guard.refuseInside("write");
    checks.floating("write", "to", to);
    requireSize(values.length, to);
    for (int i = 0; i < values.length; i++) {
      put(to, i, values[i]);
    }
  }

  @Override
  public void write(Encoding encoding, MemorySegment stored, Tensor to) {
    ByteBuffer bytes = stored.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    double[] values = new double[Math.toIntExact(stored.byteSize() / encoding.byteSize())];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (encoding) {
            case F64 -> bytes.getDouble();
            case F32 -> bytes.getFloat();
            case F16 -> Float.float16ToFloat(bytes.getShort());
            case BF16 -> Float.intBitsToFloat(bytes.getShort() << 16);
          };
    }
    write(values, to);
  }

  @Override
  public void write(int[] values, Tensor to) {
    guard.refuseInside("write");
    requireIds(to);
    requireSize(values.length, to);
    for (int i = 0; i < values.length; i++) {
      put(to, i, values[i]);
    }
  }

  @Override
  public double[] toDoubles(Tensor from) {
    guard.refuseInside("toDoubles");
    checks.floating("toDoubles", "from", from);
    return elements(from);
  }

  @Override
  public float[] toFloats(Tensor from) {
    guard.refuseInside("toFloats");
    checks.floating("toFloats", "from", from);
    float[] values = new float[Math.toIntExact(from.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) at(from, i);
    }
    return values;
  }

  @Override
  public int[] toInts(Tensor from) {
    guard.refuseInside("toInts");
    requireIds(from);
    int[] values = new int[Math.toIntExact(from.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = idAt(from, i);
    }
    return values;
  }

  @Override
  public void copy(Tensor from, Tensor to) {
    checks.copy(from, to);
    for (long i = 0; i < from.size(); i++) {
      put(to, i, at(from, i));
    }
  }

  @Override
  public void copyColumns(Tensor from, long fromColumn, Tensor to, long toColumn, long count) {
    checks.copyColumns(from, fromColumn, to, toColumn, count);
    for (long row = 0; row < from.rows(); row++) {
      for (long j = 0; j < count; j++) {
        put(to, row, toColumn + j, at(from, row, fromColumn + j));
      }
    }
  }

  @Override
  public void fill(Tensor x, double value) {
    checks.floating("fill", "x", x);
    for (long i = 0; i < x.size(); i++) {
      put(x, i, value);
    }
  }

  @Override
  public void axpy(double alpha, Tensor x, Tensor y) {
    checks.pair("axpy", x, y);
    for (long i = 0; i < x.size(); i++) {
      add(y, i, alpha * at(x, i));
    }
  }

  @Override
  public void scale(double alpha, Tensor x) {
    checks.floating("scale", "x", x);
    for (long i = 0; i < x.size(); i++) {
      put(x, i, alpha * at(x, i));
    }
  }

  @Override
  public double sumOfSquares(Tensor x) {
    guard.refuseInside("sumOfSquares");
    return dot(x, x);
  }

  @Override
  public double dot(Tensor x, Tensor y) {
    guard.refuseInside("dot");
    checks.pair("dot", x, y);
    double sum = 0;
    for (long i = 0; i < x.size(); i++) {
      sum += at(x, i) * at(y, i);
    }
    return sum;
  }

  @Override
  public long firstNonFinite(Tensor x) {
    guard.refuseInside("firstNonFinite");
    checks.floating("firstNonFinite", "x", x);
    for (long i = 0; i < x.size(); i++) {
      if (!Double.isFinite(at(x, i))) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void argmaxRows(Tensor x, Tensor indices) {
    checks.argmaxRows(x, indices);
    for (long r = 0; r < x.rows(); r++) {
      int best = 0;
      for (int c = 1; c < x.cols(); c++) {
        best = at(x, r, c) > at(x, r, best) ? c : best;
      }
      put(indices, r, best);
    }
  }

  @Override
  public void gemm(
      Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    checks.gemm(ta, tb, a, b, c);
    int m = (int) c.rows();
    int n = (int) c.cols();
    int k = (int) (ta == Transpose.NO ? a.cols() : a.rows());
    double[] left = ta == Transpose.NO ? elements(a) : transposed(a);
    double[] right = tb == Transpose.NO ? elements(b) : transposed(b);
    double[] product = ReferenceLinearAlgebra.product(left, right, m, k, n);
    for (int i = 0; i < product.length; i++) {
      put(c, i, alpha * product[i] + (beta == 0 ? 0 : beta * at(c, i)));
    }
  }

  @Override
  public void syrk(Transpose transpose, Tensor a, double beta, Tensor c) {
    checks.syrk(transpose, a, c);
    int n = (int) c.rows();
    int k = (int) (transpose == Transpose.NO ? a.cols() : a.rows());
    double[] left = transpose == Transpose.NO ? elements(a) : transposed(a);
    double[] right = ReferenceLinearAlgebra.transposed(left, n, k);
    double[] product = ReferenceLinearAlgebra.product(left, right, n, k, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        put(c, i, j, product[i * n + j] + (beta == 0 ? 0 : beta * at(c, i, j)));
      }
    }
  }

  private double[] transposed(Tensor a) {
    return ReferenceLinearAlgebra.transposed(elements(a), (int) a.rows(), (int) a.cols());
  }

  @Override
  public void symmetricEigenvalues(Tensor a, Tensor eigenvalues) {
    guard.refuseInside("symmetricEigenvalues");
    checks.symmetricEigenvalues(a, eigenvalues);
    write(ReferenceLinearAlgebra.jacobiEigen(elements(a), (int) a.rows()).values(), eigenvalues);
  }

  @Override
  public void symmetricEigenvectors(Tensor a, Tensor eigenvalues) {
    guard.refuseInside("symmetricEigenvectors");
    checks.symmetricEigenvalues(a, eigenvalues);
    var eigen = ReferenceLinearAlgebra.jacobiEigen(elements(a), (int) a.rows());
    write(eigen.values(), eigenvalues);
    write(eigen.vectors(), a);
  }

  @Override
  public void singularValues(Tensor a, Tensor singularValues) {
    guard.refuseInside("singularValues");
    checks.singularValues(a, singularValues);
    write(jacobiSvd(a).values(), singularValues);
  }

  @Override
  public void svd(Tensor a, Tensor u, Tensor singularValues, Tensor vt) {
    guard.refuseInside("svd");
    checks.svd(a, u, singularValues, vt);
    var svd = jacobiSvd(a);
    write(svd.u(), u);
    write(svd.values(), singularValues);
    write(svd.vt(), vt);
  }

  private ReferenceLinearAlgebra.Svd jacobiSvd(Tensor a) {
    return ReferenceLinearAlgebra.jacobiSvd(elements(a), (int) a.rows(), (int) a.cols());
  }

  @Override
  public void qr(Tensor a, Tensor r) {
    guard.refuseInside("qr");
    checks.qr(a, r);
    var qr = ReferenceLinearAlgebra.qr(elements(a), (int) a.rows(), (int) a.cols());
    write(qr.q(), a);
    write(qr.r(), r);
  }

  @Override
  public void cholesky(Tensor a) {
    guard.refuseInside("cholesky");
    checks.cholesky(a);
    write(ReferenceLinearAlgebra.cholesky(elements(a), (int) a.rows()), a);
  }

  @Override
  public void choleskySolve(Tensor l, Tensor b) {
    guard.refuseInside("choleskySolve");
    checks.choleskySolve(l, b);
    double[] x = elements(b);
    ReferenceLinearAlgebra.choleskySolve(elements(l), x, (int) l.rows(), (int) b.cols());
    write(x, b);
  }

  @Override
  public void embedding(Tensor table, Tensor ids, Tensor out) {
    checks.embedding("embedding", table, ids, out);
    OperandChecks.idsWithin("embedding", ids, 0, table.rows());
    for (long n = 0; n < ids.size(); n++) {
      for (long j = 0; j < table.cols(); j++) {
        put(out, n, j, at(table, idAt(ids, n), j));
      }
    }
  }

  @Override
  public void embeddingBackward(Tensor dOut, Tensor ids, Tensor dTable) {
    checks.embedding("embeddingBackward", dTable, ids, dOut);
    OperandChecks.idsWithin("embeddingBackward", ids, 0, dTable.rows());
    for (long n = 0; n < ids.size(); n++) {
      for (long j = 0; j < dTable.cols(); j++) {
        add(dTable, idAt(ids, n) * dTable.cols() + j, at(dOut, n, j));
      }
    }
  }

  @Override
  public void addBias(Tensor bias, Tensor x) {
    checks.bias("addBias", bias, x);
    for (long i = 0; i < x.size(); i++) {
      add(x, i, at(bias, i % x.cols()));
    }
  }

  @Override
  public void addBiasBackward(Tensor dOut, Tensor dBias) {
    checks.bias("addBiasBackward", dBias, dOut);
    for (long i = 0; i < dOut.size(); i++) {
      add(dBias, i % dOut.cols(), at(dOut, i));
    }
  }

  @Override
  public void layerNorm(
      Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
    checks.layerNorm(x, weight, bias, y, mean, rstd);
    ReferenceNormalisation.layerNorm(x, weight, bias, epsilon, y, mean, rstd);
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
    ReferenceNormalisation.layerNormBackward(dY, x, weight, mean, rstd, dX, dWeight, dBias);
  }

  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd) {
    checks.rmsNorm(x, weight, y, rstd);
    ReferenceNormalisation.rmsNorm(x, weight, epsilon, y, rstd);
  }

  @Override
  public void rmsNormBackward(
      Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight) {
    checks.rmsNormBackward(dY, x, weight, rstd, dX, dWeight);
    ReferenceNormalisation.rmsNormBackward(dY, x, weight, rstd, dX, dWeight);
  }

  @Override
  public void elementwise(Elementwise form, Tensor x, Tensor y) {
    checks.sameSize("elementwise", x, y);
    ReferenceActivations.elementwise(form, x, y);
  }

  @Override
  public void elementwiseBackward(Elementwise form, Tensor x, Tensor dY, Tensor dX) {
    checks.sameSize("elementwiseBackward", x, dY, dX);
    ReferenceActivations.elementwiseBackward(form, x, dY, dX);
  }

  @Override
  public void swiglu(Tensor x, Tensor y) {
    checks.swiglu("swiglu", x, y);
    ReferenceActivations.swiglu(x, y);
  }

  @Override
  public void swigluBackward(Tensor x, Tensor dY, Tensor dX) {
    checks.swiglu("swigluBackward", x, dY);
    checks.swiglu("swigluBackward", dX, dY);
    ReferenceActivations.swigluBackward(x, dY, dX);
  }

  @Override
  public void rotary(AttentionShape shape, Tensor cos, Tensor sin, Tensor packed) {
    checks.rotary("rotary", shape, cos, sin, packed);
    ReferenceAttention.rotary(shape, cos, sin, 1, packed);
  }

  @Override
  public void rotaryBackward(AttentionShape shape, Tensor cos, Tensor sin, Tensor dPacked) {
    checks.rotary("rotaryBackward", shape, cos, sin, dPacked);
    ReferenceAttention.rotary(shape, cos, sin, -1, dPacked);
  }

  @Override
  public void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers) {
    checks.attention("attention", shape, packed, out, normalisers);
    ReferenceAttention.attention(shape, packed, out, normalisers);
  }

  @Override
  public void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor normalisers,
      Tensor dOut,
      Tensor dPacked) {
    checks.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
    ReferenceAttention.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
  }

  @Override
  public void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses) {
    checks.crossEntropy("crossEntropy", logits, targets, losses);
    ReferenceLoss.crossEntropy(logits, targets, scale, losses);
  }

  @Override
  public void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses) {
    checks.crossEntropy("crossEntropyLoss", logits, targets, losses);
    ReferenceLoss.crossEntropyLoss(logits, targets, losses);
  }

  @Override
  public void logSumExpRows(Tensor logits, LogSumExp logSumExp) {
    checks.logSumExpRows("logSumExpRows", logits, logSumExp);
    ReferenceLoss.logSumExpRows(logits, logSumExp);
  }

  @Override
  public void crossEntropyColumns(
      Tensor logits, LogSumExp logSumExp, Tensor targets, long firstClass, double scale) {
    checks.crossEntropyColumns("crossEntropyColumns", logits, logSumExp, targets);
    ReferenceLoss.crossEntropyColumns(logits, logSumExp, targets, firstClass, scale);
  }

  @Override
  public void weightedCrossEntropyColumns(
      Tensor logits,
      LogSumExp logSumExp,
      Tensor targets,
      Tensor weights,
      long firstClass,
      double scale) {
    checks.weightedCrossEntropyColumns(logits, logSumExp, targets, weights);
    ReferenceLoss.weightedCrossEntropyColumns(
        logits, logSumExp, targets, weights, firstClass, scale);
  }

  @Override
  public void adamW(
      AdamWStep step, Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
    checks.sameSize("adamW", parameter, gradient, firstMoment, secondMoment);
    ReferenceLoss.adamW(step, parameter, gradient, firstMoment, secondMoment);
  }

  private static void requireSize(int length, Tensor to) {
    if (length != to.size()) {
      throw new IllegalArgumentException("write: " + length + " values do not fit " + to);
    }
  }

  private static void requireIds(Tensor ids) {
    if (ids.type() != ElementType.I32) {
      throw new IllegalArgumentException("ids need I32, not " + ids);
    }
  }
}
