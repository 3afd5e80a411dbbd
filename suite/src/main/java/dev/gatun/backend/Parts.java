package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * What a device brings to become a {@link Backend}: a part for each kind of operation. The methods
 * do what those of {@link Backend} with the same name promise. When they are called, the operands
 * have been checked and the rules of recordings kept.
 */
public record Parts(
    Device device,
    Memory memory,
    Transfers transfers,
    Vectors vectors,
    Columns columns,
    Argmax argmax,
    MatrixProducts matrixProducts,
    GramProducts gramProducts,
    Lapack lapack,
    SingularValues singularValues,
    Embedding embedding,
    Bias bias,
    LayerNorm layerNorm,
    RmsNorm rmsNorm,
    Optional<ResidualStream> residualStream,
    ElementwiseFunctions elementwiseFunctions,
    GatedActivation gatedActivation,
    Rotary rotary,
    CausalAttention causalAttention,
    CrossEntropy crossEntropy,
    AdamW adamW) {

  /** What computes, and in what order it does so. */
  public interface Device extends AutoCloseable {
    DeviceDescription description();

    ElementType real();

    /** Whether tensors live in host memory. */
    boolean isOnHost();

    long workingSetBytes();

    /**
     * A recording of operations that keep the rules by themselves. By default it calls them again.
     */
    default Recording record(Runnable operations) {
      return new Repetition(operations);
    }

    /** By default operations are done when they return. */
    default void synchronise() {}

    /** By default they are done when they return. */
    default double seconds(Runnable operations) {
      long start = System.nanoTime();
      operations.run();
      return (System.nanoTime() - start) * 1e-9;
    }

    /** By default nothing is launched. */
    default List<LaunchTime> launchTimes(Runnable operations) {
      operations.run();
      return List.of();
    }

    /** Frees what all parts hold. */
    @Override
    void close();
  }

  /** Tensors' memory. */
  public interface Memory {
    /** A new scope. Nobody uses it once it is closed, or asks for more bytes than a long counts. */
    TensorScope newScope();

    MemoryUse memoryUse();

    OptionalLong freeMemoryBytes();

    void resetPeakMemory();
  }

  /** Copies between the host and tensors. */
  public interface Transfers {
    void write(double[] values, Tensor to);

    void write(float[] values, Tensor to);

    void write(int[] values, Tensor to);

    void write(Encoding encoding, MemorySegment stored, Tensor to);

    double[] toDoubles(Tensor from);

    float[] toFloats(Tensor from);

    int[] toInts(Tensor from);

    /** The values are read at once unless a device can do it later. */
    default Supplier<double[]> toDoublesLater(Tensor from) {
      double[] values = toDoubles(from);
      return () -> values;
    }
  }

  /** Simple operations and sums over whole tensors. */
  public interface Vectors {
    void copy(Tensor from, Tensor to);

    void fill(Tensor x, double value);

    void axpy(double alpha, Tensor x, Tensor y);

    void scale(double alpha, Tensor x);

    double dot(Tensor x, Tensor y);

    void addDot(double alpha, Tensor x, Tensor y, Tensor sum);

    long firstNonFinite(Tensor x);
  }

  /** Copies of neighbouring columns. */
  public interface Columns {
    void copyColumns(Tensor from, long fromColumn, Tensor to, long toColumn, long count);
  }

  /** The largest element of each row. */
  public interface Argmax {
    void argmaxRows(Tensor x, Tensor indices);
  }

  /** Products of two matrices. */
  public interface MatrixProducts {
    void gemm(Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c);
  }

  /** Products of a matrix and itself. */
  public interface GramProducts {
    void syrk(Transpose transpose, Tensor a, double beta, Tensor c);
  }

  /** Symmetric eigenvalues, QR and Cholesky. */
  public interface Lapack {
    void symmetricEigenvalues(Tensor a, Tensor eigenvalues);

    void symmetricEigenvectors(Tensor a, Tensor eigenvalues);

    void qr(Tensor a, Tensor r);

    void cholesky(Tensor a);

    void choleskySolve(Tensor l, Tensor b);
  }

  /** Singular values and thin SVDs. */
  public interface SingularValues {
    void singularValues(Tensor a, Tensor singularValues);

    void svd(Tensor a, Tensor u, Tensor singularValues, Tensor vt);
  }

  /**
   * Rows of a table. Ids in host memory have been checked; others are looked at by the operation.
   */
  public interface Embedding {
    void embedding(Tensor table, Tensor ids, Tensor out);

    void embeddingBackward(Tensor dOut, Tensor ids, Tensor dTable);
  }

  /** A bias for every row. */
  public interface Bias {
    void addBias(Tensor bias, Tensor x);

    void addBiasBackward(Tensor dOut, Tensor dBias);
  }

  /** Layer normalisation. */
  public interface LayerNorm {
    void layerNorm(
        Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor rstd);

    void layerNormBackward(
        Tensor dY,
        Tensor x,
        Tensor weight,
        Tensor mean,
        Tensor rstd,
        Tensor dX,
        Tensor dWeight,
        Tensor dBias);
  }

  /** Root-mean-square normalisation. */
  public interface RmsNorm {
    void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd);

    void rmsNormBackward(
        Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight);
  }

  /**
   * The residual stream, with its norm or without, in one pass over memory after the product, of a
   * device that gains by it. Others copy the stream, and their product adds to the copy.
   */
  public interface ResidualStream {
    void residualSum(Residual residual);

    void residualNorm(Residual residual, RowNorm norm, Tensor y);
  }

  /** Functions of single elements. */
  public interface ElementwiseFunctions {
    void elementwise(Elementwise form, Tensor x, Tensor y);

    void elementwiseBackward(Elementwise form, Tensor x, Tensor dY, Tensor dX);

    void clip(double limit, Tensor x, Tensor y);

    void clipBackward(double limit, Tensor x, Tensor dY, Tensor dX);
  }

  /** Activations with gates. */
  public interface GatedActivation {
    void gated(Gate gate, Tensor x, Tensor y);

    void gatedBackward(Gate gate, Tensor x, Tensor dY, Tensor dX);
  }

  /** Rotary position embedding. */
  public interface Rotary {
    void rotary(AttentionShape shape, Tensor cos, Tensor sin, Tensor packed);

    void rotaryBackward(AttentionShape shape, Tensor cos, Tensor sin, Tensor dPacked);
  }

  /** Causal attention. */
  public interface CausalAttention {
    void attention(AttentionShape shape, Tensor packed, Tensor out, Tensor normalisers);

    void attentionBackward(
        AttentionShape shape,
        Tensor packed,
        Tensor out,
        Tensor normalisers,
        Tensor dOut,
        Tensor dPacked);
  }

  /**
   * Losses and logit gradients. Targets in host memory have been checked; others are looked at by
   * the operation.
   */
  public interface CrossEntropy {
    void crossEntropy(Tensor logits, Tensor targets, double scale, Tensor losses);

    /** By default as {@link #crossEntropy}. */
    default void crossEntropyOperand(Tensor logits, Tensor targets, double scale, Tensor losses) {
      crossEntropy(logits, targets, scale, losses);
    }

    void crossEntropyLoss(Tensor logits, Tensor targets, Tensor losses);

    void logSumExpRows(Tensor logits, LogSumExp logSumExp);

    void crossEntropyColumns(
        Tensor logits, LogSumExp logSumExp, Tensor targets, long firstClass, double scale);

    void weightedCrossEntropyColumns(
        Tensor logits,
        LogSumExp logSumExp,
        Tensor targets,
        Tensor weights,
        long firstClass,
        double scale);
  }

  /** The AdamW update, and what a step takes of its gradient. */
  public interface AdamW {
    void gradientScale(Tensor sums, double clipNorm, Tensor step);

    void adamW(
        AdamWConstants constants,
        Tensor step,
        Tensor parameter,
        Tensor gradient,
        Tensor firstMoment,
        Tensor secondMoment);
  }
}
