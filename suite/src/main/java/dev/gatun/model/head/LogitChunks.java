package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.LogitCap;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * Walks the logits X·Wᵀ of X [N, K], W [V, K], with a bias [V] if there is one, in chunks that fit
 * a fixed budget, with the buffers for it. Both kinds of head end in this: X is the hidden states,
 * or their projection to the rank of the head. Logits may be capped; G is the gradient of those
 * before the cap.
 */
public final class LogitChunks implements AutoCloseable {
  /** The most bytes of logits held at once, but where a device works best on more. */
  private static final long LARGEST_BYTES = 128L << 20;

  private final Backend backend;
  private final Optional<Tensor> bias; // [V]
  private final Optional<LogitCap> cap;
  private Optional<Buffers> buffers = Optional.empty();
  private long generation;

  LogitChunks(Backend backend) {
    this(backend, Optional.empty(), Optional.empty());
  }

  LogitChunks(Backend backend, Optional<Tensor> bias, Optional<LogitCap> cap) {
    this.backend = backend;
    this.bias = bias;
    this.cap = cap;
  }

  /** Buffers for N rows and V classes; [N] where not said. */
  private record Buffers(
      TensorScope scope,
      long rows,
      long vocabulary,
      Tensor logits, // flat: [chunkRows, V], or [N, blockClasses]
      Optional<Tensor> toCap, // as logits: L/c, where they are capped
      Tensor losses,
      Tensor ones,
      LogSumExp logSumExp,
      Tensor argmax) {}

  /** What to do with the logits of some rows. */
  private interface Chunk {
    void accept(long firstRow, long count, Tensor logits);
  }

  /** From logits to their gradient, with the losses. */
  private interface CrossEntropy {
    void apply(Tensor logits, Tensor targets, double scale, Tensor losses);
  }

  HeadScores scores(Tensor x, Tensor weights, Tensor targets) {
    Buffers b = buffers(x.rows(), weights);
    Tensor losses = b.losses.slice(0, x.rows());
    Tensor argmax = b.argmax.slice(0, x.rows());
    forEachChunk(
        x,
        weights,
        b,
        (first, count, logits) -> {
          backend.argmaxRows(logits, argmax.slice(first, count));
          backend.crossEntropyLoss(logits, targets.slice(first, count), losses.slice(first, count));
        });
    int[] predicted = backend.toInts(argmax);
    int[] expected = backend.toInts(targets);
    return HeadScores.of(sum(losses, b), predicted, expected);
  }

  /** G to the tap; dX = G·W overwritten; dW += Gᵀ·X. */
  void gradients(
      Tensor x,
      Tensor weights,
      Tensor targets,
      double scale,
      Tensor dX,
      Tensor dWeights,
      BlockVisitor tap) {
    var products = new BackwardProducts.Exact(backend, weights, dWeights);
    gradients(x, weights, targets, scale, dX, products, tap);
  }

  /** G to the tap, then to the products, which overwrite dX and accumulate the gradient of W. */
  void gradients(
      Tensor x,
      Tensor weights,
      Tensor targets,
      double scale,
      Tensor dX,
      BackwardProducts products,
      BlockVisitor tap) {
    BlockVisitor consumer =
        (first, gradient) -> {
          tap.accept(first, gradient);
          long count = gradient.rows();
          products.add(first, gradient, x.rows(first, count), dX.rows(first, count));
        };
    // The exact products read a chunk as the first operand of two calls in a row, and nothing else.
    boolean anOperandAlone =
        tap == BlockVisitor.NONE && cap.isEmpty() && products instanceof BackwardProducts.Exact;
    CrossEntropy crossEntropy =
        anOperandAlone ? backend::crossEntropyOperand : backend::crossEntropy;
    gradientChunks(x, weights, targets, scale, crossEntropy, consumer);
    products.finish(x, targets, scale, dX);
  }

  /** G by chunks of rows, which the consumer may overwrite; the losses stay in their buffer. */
  void gradientChunks(
      Tensor x, Tensor weights, Tensor targets, double scale, BlockVisitor consumer) {
    gradientChunks(x, weights, targets, scale, backend::crossEntropy, consumer);
  }

  private void gradientChunks(
      Tensor x,
      Tensor weights,
      Tensor targets,
      double scale,
      CrossEntropy crossEntropy,
      BlockVisitor consumer) {
    Buffers b = buffers(x.rows(), weights);
    Tensor losses = b.losses.slice(0, x.rows());
    forEachChunk(
        x,
        weights,
        b,
        (first, count, logits) -> {
          crossEntropy.apply(
              logits, targets.slice(first, count), scale, losses.slice(first, count));
          capBackward(logits, b);
          consumer.accept(first, logits);
        });
  }

  /** Σ losses of the last pass, which had so many rows. */
  double lossSum(long rows) {
    Buffers b = ofLastPass();
    return sum(b.losses.slice(0, rows), b);
  }

  /** sum F64 [1] ← sum + scale·Σ losses of that pass. */
  void addLossSum(double scale, long rows, Tensor sum) {
    Buffers b = ofLastPass();
    backend.addDot(scale, b.losses.slice(0, rows), b.ones.slice(0, rows), sum);
  }

  private Buffers ofLastPass() {
    return buffers.orElseThrow(() -> new IllegalStateException("no pass to have losses of"));
  }

  /** How often the buffers were replaced: a recording holds while this stays the same. */
  long generation() {
    return generation;
  }

  /** G by blocks of columns. */
  void gradientColumns(
      Tensor x, Tensor weights, Tensor targets, double scale, BlockVisitor consumer) {
    Buffers b = buffers(x.rows(), weights);
    LogSumExp logSumExp = b.logSumExp.slice(0, x.rows());
    forEachChunk(
        x,
        weights,
        b,
        (first, count, logits) -> backend.logSumExpRows(logits, logSumExp.slice(first, count)));
    long classes = elements(x.rows(), weights) / x.rows();
    for (long first = 0; first < weights.rows(); first += classes) {
      long count = Math.min(classes, weights.rows() - first);
      Tensor block = b.logits.slice(0, x.rows(), count);
      backend.gemm(Transpose.NO, Transpose.YES, 1, x, weights.rows(first, count), 0, block);
      addBias(first, block);
      cap(block, b);
      backend.crossEntropyColumns(block, logSumExp, targets, first, scale);
      capBackward(block, b);
      consumer.accept(first, block);
    }
  }

  private void forEachChunk(Tensor x, Tensor weights, Buffers b, Chunk chunk) {
    long vocabulary = weights.rows();
    long chunkRows = chunkRows(x.rows(), weights);
    for (long first = 0; first < x.rows(); first += chunkRows) {
      long count = Math.min(chunkRows, x.rows() - first);
      Tensor logits = b.logits.slice(0, count, vocabulary);
      backend.gemm(Transpose.NO, Transpose.YES, 1, x.rows(first, count), weights, 0, logits);
      addBias(0, logits);
      cap(logits, b);
      chunk.accept(first, count, logits);
    }
  }

  /** To logits of the classes from the first one on. */
  private void addBias(long firstClass, Tensor logits) {
    bias.ifPresent(b -> backend.addBias(b.slice(firstClass, logits.cols()), logits));
  }

  private void cap(Tensor logits, Buffers b) {
    cap.ifPresent(c -> c.forward(logits, toCap(logits, b)));
  }

  private void capBackward(Tensor gradient, Buffers b) {
    cap.ifPresent(c -> c.backward(toCap(gradient, b), gradient));
  }

  private static Tensor toCap(Tensor logits, Buffers b) {
    return b.toCap.orElseThrow().slice(0, logits.rows(), logits.cols());
  }

  private double sum(Tensor losses, Buffers b) {
    return backend.dot(losses, b.ones.slice(0, losses.size()));
  }

  private Buffers buffers(long rows, Tensor weights) {
    long vocabulary = weights.rows();
    if (buffers.filter(b -> b.rows >= rows && b.vocabulary == vocabulary).isEmpty()) {
      close();
      generation++;
      allocate(rows, vocabulary, elements(rows, weights));
    }
    return buffers.get();
  }

  /**
   * Rows of logits in a chunk; a function of the extents alone, so that what was computed before
   * changes no rounding. Every chunk reads the weights twice and reads and writes their gradient:
   * with at least K rows (the weights' width) that is no more memory traffic than the logits' own
   * (V 50,257, D 768: 0.73 of the time of chunks of 16 MiB). Beyond that, what fits a cache is
   * best. A device that works best on more than {@link #LARGEST_BYTES} gets what it works best on.
   * For heads with C blocks of logits per row: of C times the vocabulary and 1/C of the width.
   */
  public static long chunkRows(
      long rows, long vocabulary, long width, long elementBytes, long workingSetBytes) {
    long rowBytes = vocabulary * elementBytes;
    long wanted = Math.max(width, workingSetBytes / rowBytes);
    long largest = Math.max(LARGEST_BYTES, workingSetBytes) / rowBytes;
    return Math.clamp(Math.min(wanted, largest), 1, rows);
  }

  private long chunkRows(long rows, Tensor weights) {
    return chunkRows(
        rows, weights.rows(), weights.cols(), backend.real().byteSize(), backend.workingSetBytes());
  }

  /** Elements of logits held at once: a chunk of rows, or at least one column. */
  private long elements(long rows, Tensor weights) {
    return Math.max(rows, weights.rows() * chunkRows(rows, weights));
  }

  private void allocate(long rows, long vocabulary, long elements) {
    ElementType real = backend.real();
    try (var opened = new CloseStack()) {
      TensorScope scope = opened.own(backend.newScope());
      Tensor ones = scope.zeros(real, rows);
      backend.fill(ones, 1);
      buffers =
          Optional.of(
              new Buffers(
                  scope,
                  rows,
                  vocabulary,
                  scope.zeros(real, elements),
                  cap.isPresent() ? Optional.of(scope.zeros(real, elements)) : Optional.empty(),
                  scope.zeros(real, rows),
                  ones,
                  new LogSumExp(scope.zeros(real, rows), scope.zeros(real, rows)),
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
