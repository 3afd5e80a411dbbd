package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Holding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What a device can do, as a flat list of operations on dense row-major tensors.
 *
 * <p>Conventions. Tensors of rank above two are read as matrices of [rows, cols] with cols the last
 * extent. <i>Real</i> tensors have the type {@link #real()} unless a method says otherwise; ids and
 * classes are I32. Outputs are overwritten unless the method says <i>accumulates</i>. An output may
 * be the same tensor as an input only where the method says so. Operations run in the order of the
 * calls; a result read by a {@code to…} method, or returned as a number, is complete.
 *
 * <p>Equal inputs give equal bytes, whatever the number of threads.
 *
 * <p>Every method throws {@link IllegalArgumentException} if shapes or types do not fit, naming
 * them. Ids out of range throw it too, but a device that works behind the calls may tell only at
 * the next result that is read.
 *
 * <p>This class checks operands, recordings and closed scopes, once for all devices. What a device
 * does is in its {@link Parts}.
 *
 * <p>A backend and all that belongs to it are used by one thread at a time.
 */
public final class Backend implements AutoCloseable {
  private final Parts parts;
  private final RecordingGuard guard;
  private final OperandChecks checks;
  private final Holding holding = Holding.of("an open backend");

  /** A device whose parts allocate and compile nothing while operations are recorded. */
  public Backend(Parts parts) {
    this(parts, new RecordingGuard());
  }

  /**
   * A device with these parts.
   *
   * @param guard the parts ask it before they allocate or compile anything
   */
  public Backend(Parts parts, RecordingGuard guard) {
    this.parts = parts;
    this.guard = guard;
    this.checks = new OperandChecks(parts.device().real(), parts.device().isOnHost());
  }

  public DeviceDescription device() {
    return parts.device().description();
  }

  /** Element type of weights and activations: F32, or F64 for an oracle. */
  public ElementType real() {
    return parts.device().real();
  }

  /** Whether operations may be under way when their calls have returned. */
  public boolean worksBehindCalls() {
    return !parts.device().isOnHost();
  }

  @Override
  public void close() {
    holding.close();
    parts.device().close();
  }

  // Memory

  /**
   * Prepares a fixed series of operations for being run many times: {@link Recording#run} does what
   * calling them again would do, to the byte, on what the tensors hold then. The operations are not
   * run now.
   *
   * <p>Rules. The same operations were run once before, so that buffers and code are there. Inside,
   * nothing is read or written by the host (no {@code write} or {@code to…}, no operation that
   * returns a number, no LAPACK), nothing is allocated, no scope is closed, and nothing else is
   * recorded; numbers passed to operations are those of the time of recording. The tensors are
   * those of the time of recording too, and outlive the recording.
   *
   * @throws IllegalStateException if an operation breaks the rules; a backend may throw it here or
   *     at the first {@link Recording#run}
   */
  public Recording record(Runnable operations) {
    guard.refuseInside("record");
    return parts.device().record(() -> guard.watch(operations));
  }

  /** Waits until all operations are done. */
  public void synchronise() {
    guard.refuseInside("synchronise");
    parts.device().synchronise();
  }

  /**
   * Seconds that operations take on the device, from when all before them are done to when they
   * are: by its own clock where it works behind the calls.
   */
  public double seconds(Runnable operations) {
    guard.refuseInside("seconds");
    return parts.device().seconds(operations);
  }

  /**
   * The time of each kernel, matrix product and copy that operations launch, in their order; empty
   * on a device that launches nothing. Recordings that are made inside are run as plain operations.
   */
  public List<LaunchTime> launchTimes(Runnable operations) {
    guard.refuseInside("launchTimes");
    return parts.device().launchTimes(operations);
  }

  /**
   * Bytes of an intermediate result that are best worked on at once: what a CPU's caches hold, what
   * keeps a GPU busy.
   */
  public long workingSetBytes() {
    return parts.device().workingSetBytes();
  }

  /** A new scope for tensors on this device. */
  public TensorScope newScope() {
    return new CheckedScope(parts.memory().newScope(), guard);
  }

  public MemoryUse memoryUse() {
    return parts.memory().memoryUse();
  }

  /** Memory that the device could still give, in bytes; empty where that is not known. */
  public OptionalLong freeMemoryBytes() {
    return parts.memory().freeMemoryBytes();
  }

  /** Forgets the peak: it restarts at the memory held now. */
  public void resetPeakMemory() {
    parts.memory().resetPeakMemory();
  }

  /** Copies values in, converting to the tensor's type. */
  public void write(double[] values, Tensor to) {
    guard.refuseInside("write");
    checks.write(values.length, to);
    parts.transfers().write(values, to);
  }

  /** Copies values in, converting to the tensor's type. */
  public void write(float[] values, Tensor to) {
    guard.refuseInside("write");
    checks.write(values.length, to);
    parts.transfers().write(values, to);
  }

  /** Copies ids in. */
  public void write(int[] values, Tensor to) {
    guard.refuseInside("write");
    checks.writeIds(values.length, to);
    parts.transfers().write(values, to);
  }

  /**
   * Copies in all numbers of a range of host memory, which holds them as a file does, decoding them
   * into the tensor's type.
   */
  public void write(Encoding encoding, MemorySegment stored, Tensor to) {
    guard.refuseInside("write");
    checks.writeStored(encoding, stored, to);
    parts.transfers().write(encoding, stored, to);
  }

  /** Copies the elements of a real tensor out. */
  public double[] toDoubles(Tensor from) {
    guard.refuseInside("toDoubles");
    checks.floating("toDoubles", "from", from);
    return parts.transfers().toDoubles(from);
  }

  /** Copies the elements of a real tensor out, rounding F64 to nearest. */
  public float[] toFloats(Tensor from) {
    guard.refuseInside("toFloats");
    checks.floating("toFloats", "from", from);
    return parts.transfers().toFloats(from);
  }

  /** Copies the elements of an I32 tensor out. */
  public int[] toInts(Tensor from) {
    guard.refuseInside("toInts");
    checks.ids("toInts", "from", from);
    return parts.transfers().toInts(from);
  }

  /**
   * Copies the elements of a real tensor out without waiting: the values are those of now, whatever
   * comes after. Asking for them waits, and tells of what a {@code to…} method tells of.
   */
  public Supplier<double[]> toDoublesLater(Tensor from) {
    guard.refuseInside("toDoublesLater");
    checks.floating("toDoublesLater", "from", from);
    return parts.transfers().toDoublesLater(from);
  }

  /** Copies elements between two tensors of equal size; F32 and F64 convert into each other. */
  public void copy(Tensor from, Tensor to) {
    checks.copy(from, to);
    parts.vectors().copy(from, to);
  }

  /**
   * Copies {@code count} neighbouring columns of a matrix [N, C] to a matrix [N, E] of as many
   * rows, from and to any column; other columns stay as they are. The matrices share no memory.
   */
  public void copyColumns(Tensor from, long fromColumn, Tensor to, long toColumn, long count) {
    checks.copyColumns(from, fromColumn, to, toColumn, count);
    parts.columns().copyColumns(from, fromColumn, to, toColumn, count);
  }

  /** Sets every element of a real tensor. */
  public void fill(Tensor x, double value) {
    checks.floating("fill", "x", x);
    parts.vectors().fill(x, value);
  }

  // Vectors: real, F32 or F64

  /** y ← y + alpha·x. */
  public void axpy(double alpha, Tensor x, Tensor y) {
    checks.pair("axpy", x, y);
    parts.vectors().axpy(alpha, x, y);
  }

  /** x ← alpha·x. */
  public void scale(double alpha, Tensor x) {
    checks.floating("scale", "x", x);
    parts.vectors().scale(alpha, x);
  }

  /** Σ xᵢ², summed in f64. */
  public double sumOfSquares(Tensor x) {
    guard.refuseInside("sumOfSquares");
    checks.floating("sumOfSquares", "x", x);
    return parts.vectors().dot(x, x);
  }

  /** Σ xᵢ·yᵢ, summed in f64. */
  public double dot(Tensor x, Tensor y) {
    guard.refuseInside("dot");
    checks.pair("dot", x, y);
    return parts.vectors().dot(x, y);
  }

  /** sum F64 [1] ← sum + alpha·Σ xᵢ·yᵢ, the sum over i in f64 and as in {@link #dot}. */
  public void addDot(double alpha, Tensor x, Tensor y, Tensor sum) {
    checks.addDot(x, y, sum);
    parts.vectors().addDot(alpha, x, y, sum);
  }

  /** Index of the first element that is NaN or infinite, or −1. */
  public long firstNonFinite(Tensor x) {
    guard.refuseInside("firstNonFinite");
    checks.floating("firstNonFinite", "x", x);
    return parts.vectors().firstNonFinite(x);
  }

  /** For each row of x [R, C], the index of its largest element, the first of equals: [R] I32. */
  public void argmaxRows(Tensor x, Tensor indices) {
    checks.argmaxRows(x, indices);
    parts.argmax().argmaxRows(x, indices);
  }

  // Matrix products

  /**
   * C ← alpha·op(A)·op(B) + beta·C with op(A) [M, K], op(B) [K, N], C [M, N]; all F32 or all F64.
   * With beta 0, C is not read.
   */
  public void gemm(
      Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    checks.gemm(ta, tb, a, b, c);
    parts.matrixProducts().gemm(ta, tb, alpha, a, b, beta, c);
  }

  /**
   * Lower triangle of C ← A·Aᵀ + beta·C (transpose NO, C [M, M]) or AᵀA + beta·C (YES, C [K, K])
   * for A [M, K]. C is F64; an F32 A is widened, so that the products are exact and only the sums
   * round. The strict upper triangle of C is not touched.
   */
  public void syrk(Transpose transpose, Tensor a, double beta, Tensor c) {
    checks.syrk(transpose, a, c);
    parts.gramProducts().syrk(transpose, a, beta, c);
  }

  // LAPACK: F32 or F64. Exceptions name the routine, its info and the shapes.

  /**
   * Eigenvalues, ascending, of the symmetric matrix in the lower triangle of A [n, n]; A is
   * destroyed.
   */
  public void symmetricEigenvalues(Tensor a, Tensor eigenvalues) {
    guard.refuseInside("symmetricEigenvalues");
    checks.symmetricEigen("symmetricEigenvalues", a, eigenvalues);
    parts.lapack().symmetricEigenvalues(a, eigenvalues);
  }

  /** As {@link #symmetricEigenvalues}; row i of A becomes the unit eigenvector of eigenvalue i. */
  public void symmetricEigenvectors(Tensor a, Tensor eigenvalues) {
    guard.refuseInside("symmetricEigenvectors");
    checks.symmetricEigen("symmetricEigenvectors", a, eigenvalues);
    parts.lapack().symmetricEigenvectors(a, eigenvalues);
  }

  /** Singular values, descending, of A [m, n] (destroyed): [min(m, n)]. */
  public void singularValues(Tensor a, Tensor singularValues) {
    guard.refuseInside("singularValues");
    checks.singularValues(a, singularValues);
    parts.singularValues().singularValues(a, singularValues);
  }

  /**
   * Thin SVD A = U·diag(σ)·Vᵀ of A [m, n] (destroyed) with k = min(m, n): U [m, k], σ [k]
   * descending, Vᵀ [k, n].
   */
  public void svd(Tensor a, Tensor u, Tensor singularValues, Tensor vt) {
    guard.refuseInside("svd");
    checks.svd(a, u, singularValues, vt);
    parts.singularValues().svd(a, u, singularValues, vt);
  }

  /** Thin QR of A [m, n], m ≥ n: A becomes Q [m, n] with orthonormal columns, R [n, n] upper. */
  public void qr(Tensor a, Tensor r) {
    guard.refuseInside("qr");
    checks.qr(a, r);
    parts.lapack().qr(a, r);
  }

  /**
   * Cholesky A = L·Lᵀ of the positive definite matrix in the lower triangle of A [n, n], in place;
   * the strict upper triangle becomes zero.
   */
  public void cholesky(Tensor a) {
    guard.refuseInside("cholesky");
    checks.cholesky(a);
    parts.lapack().cholesky(a);
  }

  /** Solves (L·Lᵀ)·X = B for B [n, k], in place, with L from {@link #cholesky}. */
  public void choleskySolve(Tensor l, Tensor b) {
    guard.refuseInside("choleskySolve");
    checks.choleskySolve(l, b);
    parts.lapack().choleskySolve(l, b);
  }

  // Transformer operations, forward and backward

  /** Rows of a table [V, D] by ids [N] I32: out [N, D]. */
  public void embedding(Tensor table, Tensor ids, Tensor out) {
    checks.embedding("embedding", table, ids, out);
    parts.embedding().embedding(table, ids, out);
  }

  /** Accumulates dTable[ids[n]] += dOut[n], in the order of n. */
  public void embeddingBackward(Tensor dOut, Tensor ids, Tensor dTable) {
    checks.embedding("embeddingBackward", dTable, ids, dOut);
    parts.embedding().embeddingBackward(dOut, ids, dTable);
  }

  /** x ← x + bias for every row of x [N, D]. */
  public void addBias(Tensor bias, Tensor x) {
    checks.bias("addBias", bias, x);
    parts.bias().addBias(bias, x);
  }

  /** Accumulates dBias[d] += Σₙ dOut[n, d]. */
  public void addBiasBackward(Tensor dOut, Tensor dBias) {
    checks.bias("addBiasBackward", dBias, dOut);
    parts.bias().addBiasBackward(dOut, dBias);
  }

  /**
   * Layer normalisation of every row of x [N, D]: y = (x − mean)·rstd·weight + bias, with rstd =
   * 1/√(variance + epsilon). Keeps mean [N] and rstd [N] for the backward pass.
   */
  public void layerNorm(
      Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
    checks.layerNorm(x, weight, bias, y, mean, rstd);
    parts.layerNorm().layerNorm(x, weight, bias, epsilon, y, mean, rstd);
  }

  /** Accumulates into dX, dWeight and dBias. */
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
    parts.layerNorm().layerNormBackward(dY, x, weight, mean, rstd, dX, dWeight, dBias);
  }

  /**
   * Root-mean-square normalisation (Zhang and Sennrich, arXiv 1910.07467) of every row of x [N, D]:
   * y = x·rstd·weight with rstd = 1/√(mean(x²) + epsilon). Keeps rstd [N].
   */
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd) {
    checks.rmsNorm(x, weight, y, rstd);
    parts.rmsNorm().rmsNorm(x, weight, epsilon, y, rstd);
  }

  /** Accumulates into dX and dWeight. */
  public void rmsNormBackward(
      Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight) {
    checks.rmsNormBackward(dY, x, weight, rstd, dX, dWeight);
    parts.rmsNorm().rmsNormBackward(dY, x, weight, rstd, dX, dWeight);
  }

  /**
   * The residual stream after a branch: sum ← residual + x·Wᵀ + bias, added up in this order. No
   * two of the tensors share memory.
   */
  public void residualSum(Residual residual) {
    checks.residual("residualSum", residual);
    parts
        .residualStream()
        .ifPresentOrElse(
            part -> part.residualSum(residual),
            () -> {
              Tensor sum = residual.sum();
              copy(residual.residual(), sum);
              gemm(Transpose.NO, Transpose.YES, 1, residual.x(), residual.weight(), 1, sum);
              residual.bias().ifPresent(bias -> addBias(bias, sum));
            });
  }

  /** {@link #residualSum} and the norm of the sum: y [N, D] ← norm(sum). */
  public void residualNorm(Residual residual, RowNorm norm, Tensor y) {
    checks.residual("residualNorm", residual);
    checks.norm(residual.sum(), norm, y);
    parts
        .residualStream()
        .ifPresentOrElse(
            part -> part.residualNorm(residual, norm, y),
            () -> {
              residualSum(residual);
              norm(residual.sum(), norm, y);
            });
  }

  /** {@link #layerNorm} or {@link #rmsNorm}: y [N, D] ← norm(x [N, D]). */
  public void norm(Tensor x, RowNorm norm, Tensor y) {
    checks.norm(x, norm, y);
    switch (norm) {
      case RowNorm.Layer(Tensor weight, Tensor bias, double epsilon, Tensor mean, Tensor rstd) ->
          parts.layerNorm().layerNorm(x, weight, bias, epsilon, y, mean, rstd);
      case RowNorm.RootMeanSquare(Tensor weight, double epsilon, Tensor rstd) ->
          parts.rmsNorm().rmsNorm(x, weight, epsilon, y, rstd);
    }
  }

  /** y = form(x), elementwise; y may be x. */
  public void elementwise(Elementwise form, Tensor x, Tensor y) {
    checks.sameSize("elementwise", x, y);
    parts.elementwiseFunctions().elementwise(form, x, y);
  }

  /** dX = dY·form′(x); dX may be dY. */
  public void elementwiseBackward(Elementwise form, Tensor x, Tensor dY, Tensor dX) {
    checks.sameSize("elementwiseBackward", x, dY, dX);
    parts.elementwiseFunctions().elementwiseBackward(form, x, dY, dX);
  }

  /** y = min(max(x, −limit), limit), elementwise; y may be x. */
  public void clip(double limit, Tensor x, Tensor y) {
    checks.sameSize("clip", x, y);
    parts.elementwiseFunctions().clip(limit, x, y);
  }

  /** dX = dY where |x| ≤ limit, else 0; dX may be dY. */
  public void clipBackward(double limit, Tensor x, Tensor dY, Tensor dX) {
    checks.sameSize("clipBackward", x, dY, dX);
    parts.elementwiseFunctions().clipBackward(limit, x, dY, dX);
  }

  /**
   * A gated activation (Shazeer, arXiv 2002.05202): a row of x [N, 2F] is F gates, then F values; y
   * [N, F] = gate function of the gate, times the value.
   */
  public void gated(Gate gate, Tensor x, Tensor y) {
    checks.gated("gated", x, y);
    parts.gatedActivation().gated(gate, x, y);
  }

  /** dX [N, 2F] from dY [N, F]; dX may not be x. */
  public void gatedBackward(Gate gate, Tensor x, Tensor dY, Tensor dX) {
    checks.gated("gatedBackward", x, dY);
    checks.gated("gatedBackward", dX, dY);
    parts.gatedActivation().gatedBackward(gate, x, dY, dX);
  }

  /**
   * Rotary position embedding (Su et al., arXiv 2104.09864; halves paired as in Llama), in place on
   * the queries and keys of a packed tensor [B, T, packedWidth]. Of each head the first R =
   * cos.cols·2 elements turn; element j pairs with j + R/2. {@code cos} and {@code sin} are [T,
   * R/2].
   */
  public void rotary(AttentionShape shape, Tensor cos, Tensor sin, Tensor packed) {
    checks.rotary("rotary", shape, cos, sin, packed);
    parts.rotary().rotary(shape, cos, sin, packed);
  }

  /** The inverse rotation, in place on the gradient of the packed tensor. */
  public void rotaryBackward(AttentionShape shape, Tensor cos, Tensor sin, Tensor dPacked) {
    checks.rotary("rotaryBackward", shape, cos, sin, dPacked);
    parts.rotary().rotaryBackward(shape, cos, sin, dPacked);
  }

  /**
   * Causal attention softmax(QKᵀ/√scoreVariance)·V on packed [B, T, packedWidth]: out [B, T,
   * outputWidth]. Keeps normalisers [B, heads, T, 2] for the backward pass: the largest of a
   * query's scores, before they are divided, and 1/Σ exp((score − largest)/√scoreVariance). Where
   * scores are capped these are scores s that capping has made √scoreVariance·c·tanh(q·k/(c·
   * √scoreVariance)). No T×T matrix is kept. Kernels of another library may keep there what their
   * own backward pass needs.
   */
  public void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers) {
    checks.attention("attention", shape, packed, out, normalisers);
    parts.causalAttention().attention(shape, packed, out, normalisers);
  }

  /** dPacked from dOut, with the forward pass's output and normalisers; dPacked is overwritten. */
  public void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor normalisers,
      Tensor dOut,
      Tensor dPacked) {
    checks.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
    parts.causalAttention().attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
  }

  /**
   * Cross-entropy and its logit gradient, in place: row r of logits [R, V] becomes
   * scale·(softmax(logits[r]) − onehot(targets[r])), and losses[r] the loss in nats. A row with
   * target −1 has loss 0 and a zero gradient.
   */
  public void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses) {
    checks.crossEntropy("crossEntropy", logits, targets, losses);
    parts.crossEntropy().crossEntropy(logits, targets, scale, losses);
  }

  /**
   * As {@link #crossEntropy}, for a gradient that is an operand of products and nothing else: from
   * here on, until logits are written, only {@link #gemm} may read them, as a whole and as its A.
   * That product is to the bit the one that {@link #crossEntropy} prepares. Anything else, or an
   * operation with another A in between, may find logits or their gradient.
   */
  public void crossEntropyOperand(Tensor logits, Tensor targets, double scale, Tensor losses) {
    checks.crossEntropy("crossEntropyOperand", logits, targets, losses);
    parts.crossEntropy().crossEntropyOperand(logits, targets, scale, losses);
  }

  /** Losses alone, as in {@link #crossEntropy}; logits are not changed. */
  public void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses) {
    checks.crossEntropy("crossEntropyLoss", logits, targets, losses);
    parts.crossEntropy().crossEntropyLoss(logits, targets, losses);
  }

  /** log Σᵥ exp(logits[r, v]) for every row of logits [R, V]. */
  public void logSumExpRows(Tensor logits, LogSumExp logSumExp) {
    checks.logSumExpRows("logSumExpRows", logits, logSumExp);
    parts.crossEntropy().logSumExpRows(logits, logSumExp);
  }

  /**
   * Logit gradient of a block of columns whose rows' logSumExp is known, in place: logits [R, C]
   * holds classes firstClass to firstClass + C and becomes scale·(exp(logits − logSumExp) −
   * onehot). Rows with target −1 become zero. For streaming a logit gradient by columns.
   */
  public void crossEntropyColumns(
      Tensor logits, LogSumExp logSumExp, Tensor targets, long firstClass, double scale) {
    checks.crossEntropyColumns("crossEntropyColumns", logits, logSumExp, targets);
    parts.crossEntropy().crossEntropyColumns(logits, logSumExp, targets, firstClass, scale);
  }

  /**
   * As {@link #crossEntropyColumns}, with a weight [R] for the target of each row: logits become
   * scale·(exp(logits − logSumExp) − weight·onehot). For mixtures, whose components share a target.
   */
  public void weightedCrossEntropyColumns(
      Tensor logits,
      LogSumExp logSumExp,
      Tensor targets,
      Tensor weights,
      long firstClass,
      double scale) {
    checks.weightedCrossEntropyColumns(logits, logSumExp, targets, weights);
    parts
        .crossEntropy()
        .weightedCrossEntropyColumns(logits, logSumExp, targets, weights, firstClass, scale);
  }

  // Steps of an optimiser: see StepNumbers

  /**
   * What a step takes of its gradient, in place in its numbers, step F64 [{@link
   * StepNumbers#SIZE}]: the scale becomes min(1, clipNorm/√sums₀), and the step is held from now on
   * once one of the sums is not finite.
   *
   * @param sums F64 [n], of which the first is Σ g² of the gradient
   */
  public void gradientScale(Tensor sums, double clipNorm, Tensor step) {
    checks.gradientScale(sums, step);
    parts.adamW().gradientScale(sums, clipNorm, step);
  }

  /**
   * One AdamW step on parameter, first and second moment, all of equal size, in place; nothing if
   * the step is held.
   *
   * @param step its {@link StepNumbers}, F64 [{@link StepNumbers#SIZE}]
   */
  public void adamW(
      AdamWConstants constants,
      Tensor step,
      Tensor parameter,
      Tensor gradient,
      Tensor firstMoment,
      Tensor secondMoment) {
    checks.step("adamW", step);
    checks.sameSize("adamW", parameter, gradient, firstMoment, secondMoment);
    parts.adamW().adamW(constants, step, parameter, gradient, firstMoment, secondMoment);
  }
}
