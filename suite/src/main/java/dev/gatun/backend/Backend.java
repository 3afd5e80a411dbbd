package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

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
 * <p>A backend and all that belongs to it are used by one thread at a time.
 */
public interface Backend extends AutoCloseable {

  /** What computes. */
  DeviceDescription device();

  /** Element type of weights and activations: F32, or F64 for an oracle. */
  ElementType real();

  @Override
  void close();

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
  Recording record(Runnable operations);

  /**
   * Seconds that operations take on the device, from when all before them are done to when they
   * are: by its own clock where it works behind the calls.
   */
  double seconds(Runnable operations);

  /**
   * Bytes of an intermediate result that are best worked on at once: what a CPU's caches hold, what
   * keeps a GPU busy.
   */
  long workingSetBytes();

  /** A new scope for tensors on this device. */
  TensorScope newScope();

  /** Memory held by open scopes. */
  MemoryUse memoryUse();

  /** Memory that the device could still give, in bytes; empty where that is not known. */
  default OptionalLong freeMemoryBytes() {
    return OptionalLong.empty();
  }

  /** Forgets the peak: it restarts at the memory held now. */
  void resetPeakMemory();

  /** Copies values in, converting to the tensor's type. */
  void write(double[] values, Tensor to);

  /** Copies values in, converting to the tensor's type. */
  void write(float[] values, Tensor to);

  /** Copies ids in. */
  void write(int[] values, Tensor to);

  /**
   * Copies in all numbers of a range of host memory, which holds them as a file does, decoding them
   * into the tensor's type.
   */
  void write(Encoding encoding, MemorySegment stored, Tensor to);

  /** Copies the elements of a real tensor out. */
  double[] toDoubles(Tensor from);

  /** Copies the elements of a real tensor out, rounding F64 to nearest. */
  float[] toFloats(Tensor from);

  /** Copies the elements of an I32 tensor out. */
  int[] toInts(Tensor from);

  /** Copies elements between two tensors of equal size; F32 and F64 convert into each other. */
  void copy(Tensor from, Tensor to);

  /**
   * Copies {@code count} neighbouring columns of a matrix [N, C] to a matrix [N, E] of as many
   * rows, from and to any column; other columns stay as they are. The matrices share no memory.
   */
  void copyColumns(Tensor from, long fromColumn, Tensor to, long toColumn, long count);

  /** Sets every element of a real tensor. */
  void fill(Tensor x, double value);

  // Vectors: real, F32 or F64

  /** y ← y + alpha·x. */
  void axpy(double alpha, Tensor x, Tensor y);

  /** x ← alpha·x. */
  void scale(double alpha, Tensor x);

  /** Σ xᵢ², summed in f64. */
  double sumOfSquares(Tensor x);

  /** Σ xᵢ·yᵢ, summed in f64. */
  double dot(Tensor x, Tensor y);

  /** Index of the first element that is NaN or infinite, or −1. */
  long firstNonFinite(Tensor x);

  /** For each row of x [R, C], the index of its largest element, the first of equals: [R] I32. */
  void argmaxRows(Tensor x, Tensor indices);

  // Matrix products

  /**
   * C ← alpha·op(A)·op(B) + beta·C with op(A) [M, K], op(B) [K, N], C [M, N]; all F32 or all F64.
   * With beta 0, C is not read.
   */
  void gemm(Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c);

  /**
   * Lower triangle of C ← A·Aᵀ + beta·C (transpose NO, C [M, M]) or AᵀA + beta·C (YES, C [K, K])
   * for A [M, K]. C is F64; an F32 A is widened, so that the products are exact and only the sums
   * round. The strict upper triangle of C is not touched.
   */
  void syrk(Transpose transpose, Tensor a, double beta, Tensor c);

  // LAPACK: F32 or F64. Exceptions name the routine, its info and the shapes.

  /**
   * Eigenvalues, ascending, of the symmetric matrix in the lower triangle of A [n, n]; A is
   * destroyed.
   */
  void symmetricEigenvalues(Tensor a, Tensor eigenvalues);

  /** As {@link #symmetricEigenvalues}; row i of A becomes the unit eigenvector of eigenvalue i. */
  void symmetricEigenvectors(Tensor a, Tensor eigenvalues);

  /** Singular values, descending, of A [m, n] (destroyed): [min(m, n)]. */
  void singularValues(Tensor a, Tensor singularValues);

  /**
   * Thin SVD A = U·diag(σ)·Vᵀ of A [m, n] (destroyed) with k = min(m, n): U [m, k], σ [k]
   * descending, Vᵀ [k, n].
   */
  void svd(Tensor a, Tensor u, Tensor singularValues, Tensor vt);

  /** Thin QR of A [m, n], m ≥ n: A becomes Q [m, n] with orthonormal columns, R [n, n] upper. */
  void qr(Tensor a, Tensor r);

  /**
   * Cholesky A = L·Lᵀ of the positive definite matrix in the lower triangle of A [n, n], in place;
   * the strict upper triangle becomes zero.
   */
  void cholesky(Tensor a);

  /** Solves (L·Lᵀ)·X = B for B [n, k], in place, with L from {@link #cholesky}. */
  void choleskySolve(Tensor l, Tensor b);

  // Transformer operations, forward and backward

  /** Rows of a table [V, D] by ids [N] I32: out [N, D]. */
  void embedding(Tensor table, Tensor ids, Tensor out);

  /** Accumulates dTable[ids[n]] += dOut[n], in the order of n. */
  void embeddingBackward(Tensor dOut, Tensor ids, Tensor dTable);

  /** x ← x + bias for every row of x [N, D]. */
  void addBias(Tensor bias, Tensor x);

  /** Accumulates dBias[d] += Σₙ dOut[n, d]. */
  void addBiasBackward(Tensor dOut, Tensor dBias);

  /**
   * Layer normalisation of every row of x [N, D]: y = (x − mean)·rstd·weight + bias, with rstd =
   * 1/√(variance + epsilon). Keeps mean [N] and rstd [N] for the backward pass.
   */
  void layerNorm(
      Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor rstd);

  /** Accumulates into dX, dWeight and dBias. */
  void layerNormBackward(
      Tensor dY,
      Tensor x,
      Tensor weight,
      Tensor mean,
      Tensor rstd,
      Tensor dX,
      Tensor dWeight,
      Tensor dBias);

  /**
   * Root-mean-square normalisation (Zhang and Sennrich, arXiv 1910.07467) of every row of x [N, D]:
   * y = x·rstd·weight with rstd = 1/√(mean(x²) + epsilon). Keeps rstd [N].
   */
  void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd);

  /** Accumulates into dX and dWeight. */
  void rmsNormBackward(Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight);

  /** y = form(x), elementwise; y may be x. */
  void elementwise(Elementwise form, Tensor x, Tensor y);

  /** dX = dY·form′(x); dX may be dY. */
  void elementwiseBackward(Elementwise form, Tensor x, Tensor dY, Tensor dX);

  /**
   * SwiGLU (Shazeer, arXiv 2002.05202): a row of x [N, 2F] is F gates, then F values; y [N, F] =
   * silu(gate)·value.
   */
  void swiglu(Tensor x, Tensor y);

  /** dX [N, 2F] from dY [N, F]; dX may not be x. */
  void swigluBackward(Tensor x, Tensor dY, Tensor dX);

  /**
   * Rotary position embedding (Su et al., arXiv 2104.09864; halves paired as in Llama), in place on
   * the queries and keys of a packed tensor [B, T, packedWidth]. Of each head the first R =
   * cos.cols·2 elements turn; element j pairs with j + R/2. {@code cos} and {@code sin} are [T,
   * R/2].
   */
  void rotary(AttentionShape shape, Tensor cos, Tensor sin, Tensor packed);

  /** The inverse rotation, in place on the gradient of the packed tensor. */
  void rotaryBackward(AttentionShape shape, Tensor cos, Tensor sin, Tensor dPacked);

  /**
   * Causal attention softmax(QKᵀ/√headWidth)·V on packed [B, T, packedWidth]: out [B, T,
   * outputWidth]. Keeps normalisers [B, heads, T, 2] for the backward pass: the largest of a
   * query's unscaled scores and 1/Σ exp((score − largest)/√headWidth). No T×T matrix is kept.
   */
  void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers);

  /** dPacked from dOut, with the forward pass's output and normalisers; dPacked is overwritten. */
  void attentionBackward(
      AttentionShape shape,
      Tensor packed,
      Tensor out,
      Tensor normalisers,
      Tensor dOut,
      Tensor dPacked);

  /**
   * Cross-entropy and its logit gradient, in place: row r of logits [R, V] becomes
   * scale·(softmax(logits[r]) − onehot(targets[r])), and losses[r] the loss in nats. A row with
   * target −1 has loss 0 and a zero gradient.
   */
  void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses);

  /** Losses alone, as in {@link #crossEntropy}; logits are not changed. */
  void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses);

  /** log Σᵥ exp(logits[r, v]) for every row of logits [R, V]. */
  void logSumExpRows(Tensor logits, LogSumExp logSumExp);

  /**
   * Logit gradient of a block of columns whose rows' logSumExp is known, in place: logits [R, C]
   * holds classes firstClass to firstClass + C and becomes scale·(exp(logits − logSumExp) −
   * onehot). Rows with target −1 become zero. For streaming a logit gradient by columns.
   */
  void crossEntropyColumns(
      Tensor logits, LogSumExp logSumExp, Tensor targets, long firstClass, double scale);

  /**
   * As {@link #crossEntropyColumns}, with a weight [R] for the target of each row: logits become
   * scale·(exp(logits − logSumExp) − weight·onehot). For mixtures, whose components share a target.
   */
  void weightedCrossEntropyColumns(
      Tensor logits,
      LogSumExp logSumExp,
      Tensor targets,
      Tensor weights,
      long firstClass,
      double scale);

  /** One AdamW step on parameter, first and second moment, all of equal size, in place. */
  void adamW(
      AdamWStep step, Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment);
}
