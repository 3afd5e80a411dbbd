package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * The logits X·Wᵀ of X [N, D], W [V, D], plus a bias [V] if there is one, some rows at a time in
 * one buffer: for those who want the logits themselves, where {@link Head} gives what follows from
 * them.
 */
public final class LogitRows {
  private final Backend backend;
  private final Tensor x; // [N, D]
  private final Tensor weights; // [V, D]
  private final Optional<Tensor> bias; // [V]
  private final Tensor buffer; // [chunk, V]

  /**
   * With a buffer that lives in the scope.
   *
   * @param bytes of logits held at once, but at least one row
   */
  public LogitRows(
      Backend backend,
      TensorScope scope,
      Tensor x,
      Tensor weights,
      Optional<Tensor> bias,
      long bytes) {
    long fitting = bytes / weights.rows() / backend.real().byteSize();
    this.backend = backend;
    this.x = x;
    this.weights = weights;
    this.bias = bias;
    this.buffer = scope.zeros(backend.real(), Math.clamp(fitting, 1, x.rows()), weights.rows());
  }

  /** Rows of a chunk; the last one may have fewer. */
  public long atOnce() {
    return buffer.rows();
  }

  /** The logits of the chunk that begins at a row; valid until the next call. */
  public Tensor from(long first) {
    long count = Math.min(buffer.rows(), x.rows() - first);
    Tensor logits = buffer.rows(0, count);
    backend.gemm(Transpose.NO, Transpose.YES, 1, x.rows(first, count), weights, 0, logits);
    bias.ifPresent(b -> backend.addBias(b, logits));
    return logits;
  }
}
