package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * Contexts in chunks whose logits fit the budget of {@link LogitChunks}, for heads that hold
 * several blocks of logits per context; with a loss and a prediction of every context.
 */
final class ContextChunks implements AutoCloseable {
  private final Backend backend;
  private final Tensor weights; // [V, D]
  private final int copies;
  private final int lossesPerContext;
  private Optional<Buffers> buffers = Optional.empty();
  private long generation;

  private record Buffers(
      TensorScope scope,
      long rows, // N
      Tensor logits, // [chunk·copies·V]
      Tensor losses, // [N·lossesPerContext]
      Tensor ones, // as losses
      Tensor argmax) {} // [N] I32

  /** What to do with the contexts from one on. */
  @FunctionalInterface
  interface Body {
    void accept(long first, long count);
  }

  /**
   * Chunks for logits over the rows of weights W [V, D].
   *
   * @param copies blocks of V logits per context
   * @param lossesPerContext losses that add up to a context's
   */
  ContextChunks(Backend backend, Tensor weights, int copies, int lossesPerContext) {
    this.backend = backend;
    this.weights = weights;
    this.copies = copies;
    this.lossesPerContext = lossesPerContext;
  }

  /** Walks N contexts in order. */
  void forEach(long rows, Body body) {
    allocate(rows);
    long chunk = chunkRows(rows);
    for (long first = 0; first < rows; first += chunk) {
      body.accept(first, Math.min(chunk, rows - first));
    }
  }

  /** A buffer of logits: so many rows [rows, cols] from an element on. */
  Tensor logits(long offset, long rows, long cols) {
    return present().logits.slice(offset, rows, cols);
  }

  /** The losses of some contexts: [count·lossesPerContext]. */
  Tensor losses(long first, long count) {
    return present().losses.slice(first * lossesPerContext, count * lossesPerContext);
  }

  /** The predictions of some contexts: [count] I32. */
  Tensor argmax(long first, long count) {
    return present().argmax.slice(first, count);
  }

  /** Σ losses of the first contexts. */
  double lossSum(long rows) {
    Buffers b = ofLastPass();
    long size = rows * lossesPerContext;
    return backend.dot(b.losses.slice(0, size), b.ones.slice(0, size));
  }

  /** sum F64 [1] ← sum + scale·Σ losses of the first contexts. */
  void addLossSum(double scale, long rows, Tensor sum) {
    Buffers b = ofLastPass();
    long size = rows * lossesPerContext;
    backend.addDot(scale, b.losses.slice(0, size), b.ones.slice(0, size), sum);
  }

  private Buffers ofLastPass() {
    return buffers.orElseThrow(() -> new IllegalStateException("no pass to have losses of"));
  }

  /** Scores of contexts whose losses and predictions are in their buffers. */
  HeadScores scores(Tensor targets) {
    long rows = targets.size();
    int[] predicted = backend.toInts(argmax(0, rows));
    return HeadScores.of(lossSum(rows), predicted, backend.toInts(targets));
  }

  /** How often the buffers were replaced. */
  long generation() {
    return generation;
  }

  private long chunkRows(long rows) {
    return LogitChunks.chunkRows(
        rows,
        copies * weights.rows(),
        weights.cols() / copies,
        backend.real().byteSize(),
        backend.workingSetBytes());
  }

  private Buffers present() {
    return buffers.orElseThrow(() -> new IllegalStateException("no pass has begun"));
  }

  private void allocate(long rows) {
    if (buffers.filter(b -> b.rows >= rows).isPresent()) {
      return;
    }
    close();
    generation++;
    long chunk = chunkRows(rows);
    try (var opened = new CloseStack()) {
      TensorScope scope = opened.own(backend.newScope());
      Tensor ones = scope.zeros(backend.real(), rows * lossesPerContext);
      backend.fill(ones, 1);
      buffers =
          Optional.of(
              new Buffers(
                  scope,
                  rows,
                  scope.zeros(backend.real(), chunk * copies * weights.rows()),
                  scope.zeros(backend.real(), rows * lossesPerContext),
                  ones,
                  scope.zeros(ElementType.I32, rows)));
      opened.keep();
    }
  }

  @Override
  public void close() {
    buffers.ifPresent(b -> b.scope.close());
    buffers = Optional.empty();
  }
}
