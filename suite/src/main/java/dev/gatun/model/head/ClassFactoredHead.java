package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * Two-stage softmax over classes of tokens (Goodman, arXiv cs/0108006; Morin and Bengio, AISTATS
 * 2005):
 *
 * <pre>
 * P(v) = P(c(v))·P(v | c(v)),   P(c) = softmax(C·h)_c,   P(v | c) = exp(w_v·h) / Σ_{u in c} exp(w_u·h)
 * </pre>
 *
 * with classes of B = V/K neighbouring ids. Ids of a byte-pair vocabulary follow the order of its
 * merges, so that classes are by frequency, roughly. What plays the logits' role is L = log P.
 *
 * <p>Only the class of the target has a gradient. All words' logits are computed nevertheless: the
 * two stages are here for what they do to the gradient, not to save time.
 */
public final class ClassFactoredHead implements Head {
  private final Backend backend;
  private final Trainable words; // W [V, D]
  private final Trainable classes; // C [K, D]
  private final int classCount; // K
  private final int classSize; // B
  private final ContextChunks chunks;
  private final RowPermutations permutations;
  private Optional<Prepared> prepared = Optional.empty();
  private long preparations;

  /** What follows from the targets of N contexts, and the chunk's small matrices. */
  private record Prepared(
      TensorScope scope,
      long rows, // N
      Tensor classTargets, // [N] I32: the target's class
      Tensor members, // [N, K] I32: the target in its own class, −1 in others
      Tensor columns, // [N, K] I32: the target in its own class, B in others, −1 without target
      Tensor classLogits, // [N, K]
      LogSumExp ofClasses, // [N]
      Tensor repeated, // [N, K]
      LogSumExp shifts) {} // [N, K]

  /** Over W [V, D] and C [K, D]; K divides V. */
  public ClassFactoredHead(Backend backend, Trainable words, Trainable classes) {
    this.backend = backend;
    this.words = words;
    this.classes = classes;
    this.classCount = Math.toIntExact(classes.value().rows());
    this.classSize = Math.toIntExact(words.value().rows() / classCount);
    // A context's losses: one of each class, of which the target's alone is not 0, and that of C.
    this.chunks = new ContextChunks(backend, words.value(), 1, classCount + 1);
    this.permutations = new RowPermutations(backend, classCount);
  }

  @Override
  public long vocabulary() {
    return words.value().rows();
  }

  @Override
  public void prepare(Tensor targets) {
    if (targets.size() > Integer.MAX_VALUE / classCount) {
      throw new IllegalArgumentException(
          "%s contexts of %s head classes are too many at once; take smaller batches"
              .formatted(targets.size(), classCount));
    }
    Prepared p = allocate(targets.size());
    int[] ids = backend.toInts(targets);
    int[] classTargets = new int[Math.toIntExact(p.rows)];
    int[] members = new int[classTargets.length * classCount];
    int[] columns = new int[members.length];
    for (int row = 0; row < ids.length; row++) {
      classTargets[row] = ids[row] < 0 ? -1 : ids[row] / classSize;
      for (int c = 0; c < classCount; c++) {
        boolean own = c == classTargets[row];
        members[row * classCount + c] = own ? ids[row] % classSize : -1;
        columns[row * classCount + c] = own ? ids[row] % classSize : ids[row] < 0 ? -1 : classSize;
      }
    }
    backend.write(classTargets, p.classTargets);
    backend.write(members, p.members);
    backend.write(columns, p.columns);
  }

  @Override
  public HeadScores scores(Tensor hidden, Tensor targets) {
    prepare(targets);
    chunks.forEach(
        hidden.rows(),
        (first, count) -> {
          Tensor logits = forward(hidden, first, count);
          Prepared p = prepared.orElseThrow();
          Tensor losses = chunks.losses(first, count);
          backend.crossEntropyLoss(
              classLogits(count), p.classTargets.slice(first, count), losses.slice(0, count));
          backend.crossEntropyLoss(
              logits, members(p.members, first, count), losses.slice(count, logits.rows()));
          backend.crossEntropyColumns(
              logits, shifts(logits, count), members(p.columns, first, count), vocabulary(), 1);
          backend.argmaxRows(logits.reshape(count, vocabulary()), chunks.argmax(first, count));
        });
    return chunks.scores(targets);
  }

  @Override
  public void gradients(
      Tensor hidden, Tensor targets, double scale, Tensor dHidden, BlockVisitor tap) {
    backward(hidden, scale, dHidden, tap, true);
  }

  @Override
  public void hiddenGradients(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {
    prepare(targets);
    backward(hidden, scale, dHidden, BlockVisitor.NONE, false);
  }

  private void backward(
      Tensor hidden, double scale, Tensor dHidden, BlockVisitor tap, boolean ofParameters) {
    chunks.forEach(
        hidden.rows(),
        (first, count) -> {
          if (tap != BlockVisitor.NONE) {
            tap.accept(first, logitGradient(hidden, scale, first, count));
          }
          Tensor logits = forward(hidden, first, count);
          losses(logits, scale, first, count);
          Tensor gradient = logits.reshape(count, vocabulary());
          Tensor classGradient = classLogits(count);
          Tensor in = hidden.rows(first, count);
          Tensor out = dHidden.rows(first, count);
          backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, words.value(), 0, out);
          backend.gemm(Transpose.NO, Transpose.NO, 1, classGradient, classes.value(), 1, out);
          if (ofParameters) {
            backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, in, 1, words.gradient());
            backend.gemm(Transpose.YES, Transpose.NO, 1, classGradient, in, 1, classes.gradient());
          }
        });
  }

  @Override
  public double streamGradient(Tensor hidden, Tensor targets, double scale, BlockVisitor tap) {
    prepare(targets);
    chunks.forEach(
        hidden.rows(),
        (first, count) -> {
          tap.accept(first, logitGradient(hidden, scale, first, count));
          losses(forward(hidden, first, count), scale, first, count);
        });
    return scale * lossSum(hidden.rows());
  }

  /** Losses of both stages, whose logits become their gradients. */
  private void losses(Tensor logits, double scale, long first, long count) {
    Prepared p = prepared.orElseThrow();
    Tensor losses = chunks.losses(first, count);
    backend.crossEntropy(
        classLogits(count), p.classTargets.slice(first, count), scale, losses.slice(0, count));
    backend.crossEntropy(
        logits, members(p.members, first, count), scale, losses.slice(count, logits.rows()));
  }

  /** Rows of G = scale·(P − Y): [count, V]. */
  private Tensor logitGradient(Tensor hidden, double scale, long first, long count) {
    Tensor logits = forward(hidden, first, count);
    Tensor columns = members(prepared.orElseThrow().columns, first, count);
    backend.crossEntropyColumns(logits, shifts(logits, count), columns, 0, scale);
    return logits.reshape(count, vocabulary());
  }

  /** Logits of both stages; returns the words', a row per context and class: [count·K, B]. */
  private Tensor forward(Tensor hidden, long first, long count) {
    Tensor in = hidden.rows(first, count);
    Tensor logits = chunks.logits(0, count, vocabulary());
    backend.gemm(Transpose.NO, Transpose.YES, 1, in, words.value(), 0, logits);
    backend.gemm(Transpose.NO, Transpose.YES, 1, in, classes.value(), 0, classLogits(count));
    return logits.reshape(count * classCount, classSize);
  }

  /** What to take from the words' logits for log P: logSumExp within the class − log P(class). */
  private LogSumExp shifts(Tensor logits, long count) {
    Prepared p = prepared.orElseThrow();
    LogSumExp ofClasses = p.ofClasses.slice(0, count);
    Tensor repeated = p.repeated.slice(0, logits.rows());
    LogSumExp shifts = p.shifts.slice(0, logits.rows());
    backend.logSumExpRows(logits, shifts);
    backend.logSumExpRows(classLogits(count), ofClasses);
    // The difference of the large numbers first.
    permutations.repeat(count, ofClasses.max(), repeated);
    backend.axpy(-1, classLogits(count).reshape(repeated.size()), repeated);
    backend.axpy(1, repeated, shifts.rest());
    permutations.repeat(count, ofClasses.rest(), repeated);
    backend.axpy(1, repeated, shifts.rest());
    return shifts;
  }

  private Tensor classLogits(long count) {
    return prepared.orElseThrow().classLogits.rows(0, count);
  }

  private Tensor members(Tensor of, long first, long count) {
    return of.slice(first * classCount, count * classCount);
  }

  private Prepared allocate(long rows) {
    if (prepared.filter(p -> p.rows >= rows).isEmpty()) {
      free();
      preparations++;
      try (var opened = new CloseStack()) {
        TensorScope scope = opened.own(backend.newScope());
        prepared =
            Optional.of(
                new Prepared(
                    scope,
                    rows,
                    scope.zeros(ElementType.I32, rows),
                    scope.zeros(ElementType.I32, rows * (long) classCount),
                    scope.zeros(ElementType.I32, rows * (long) classCount),
                    scope.zeros(backend.real(), rows, classCount),
                    logSumExp(scope, rows),
                    scope.zeros(backend.real(), rows * (long) classCount),
                    logSumExp(scope, rows * (long) classCount)));
        opened.keep();
      }
    }
    return prepared.get();
  }

  private LogSumExp logSumExp(TensorScope scope, long rows) {
    return new LogSumExp(scope.zeros(backend.real(), rows), scope.zeros(backend.real(), rows));
  }

  @Override
  public double lossSum(long rows) {
    return chunks.lossSum(rows);
  }

  @Override
  public void addLossSum(double scale, long rows, Tensor sum) {
    chunks.addLossSum(scale, rows, sum);
  }

  @Override
  public long generation() {
    return chunks.generation() + preparations;
  }

  private void free() {
    prepared.ifPresent(p -> p.scope.close());
    prepared = Optional.empty();
  }

  @Override
  public void close() {
    chunks.close();
    permutations.close();
    free();
  }
}
