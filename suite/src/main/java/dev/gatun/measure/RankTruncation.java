package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogitCap;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.MatrixHead;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Loss and accuracy of a head whose weights are replaced by their best approximation of a lower
 * rank (Eckart and Young 1936), W_r = W·E_r·E_rᵀ with the r leading right singular vectors. Nothing
 * is trained: a head trained at that rank (B5) does better.
 *
 * <p>The logits of all ranks are partial sums of one product, so that all of them together cost
 * little more than the head itself.
 */
final class RankTruncation {
  private static final long LOGIT_BYTES = 64L << 20;

  private final Backend backend;
  private final Tensor vectors; // [D, D]: rows are right singular vectors
  private final Tensor rotated; // (W·E)ᵀ [D, V]
  private final Optional<Tensor> bias; // [V], kept as it is
  private final Optional<LogitCap> cap;

  /**
   * Rotates the weights; the rotated ones live in the scope.
   *
   * @param head whose bias and cap stay as they are
   * @param weights its W [V, D]
   * @param rightVectors Eᵀ [D, D] F64, the largest singular values first
   */
  RankTruncation(
      Backend backend, TensorScope scope, MatrixHead head, Tensor weights, Tensor rightVectors) {
    this.backend = backend;
    this.bias = head.bias();
    this.cap = head.cap();
    this.vectors = scope.zeros(backend.real(), rightVectors.rows(), rightVectors.cols());
    this.rotated = scope.zeros(backend.real(), weights.cols(), weights.rows());
    backend.copy(rightVectors, vectors);
    backend.gemm(Transpose.NO, Transpose.YES, 1, vectors, weights, 0, rotated);
  }

  /** Standard errors of a mean that reach to the ends of its 95 % interval. */
  private static final double STANDARD_ERRORS = 1.96;

  /**
   * Loss and accuracy at one rank.
   *
   * @param loss mean cross-entropy, nats
   * @param accuracy share of targets with the largest logit
   * @param penalty the loss over that of the last rank, nats
   * @param penaltyError half-width of the penalty's 95 % interval, of contexts that are drawn
   *     independently of each other
   */
  record Score(int rank, double loss, double accuracy, double penalty, double penaltyError) {}

  /** Sums over contexts at one rank. */
  private static final class Sums {
    private double losses;
    private long correct;
    private double penalties;
    private double squaredPenalties;

    void addPenalties(double[] of, double[] ofLast) {
      for (int n = 0; n < of.length; n++) {
        double penalty = of[n] - ofLast[n];
        penalties += penalty;
        squaredPenalties += penalty * penalty;
      }
    }

    Score score(int rank, long contexts) {
      double penalty = penalties / contexts;
      double variance = Math.max(0, squaredPenalties / contexts - penalty * penalty);
      return new Score(
          rank,
          losses / contexts,
          (double) correct / contexts,
          penalty,
          STANDARD_ERRORS * Math.sqrt(variance / contexts));
    }
  }

  /** Ranks doubling from 1 up to D, and D itself. */
  static int[] ranks(int width) {
    return IntStream.concat(
            IntStream.iterate(1, rank -> rank < width, rank -> 2 * rank), IntStream.of(width))
        .toArray();
  }

  /** Scores at each of some ascending ranks. */
  Score[] scores(HeadInputs at, int... ranks) {
    long contexts = at.hidden().rows();
    long vocabulary = rotated.cols();
    long chunk = Math.clamp(LOGIT_BYTES / vocabulary / backend.real().byteSize(), 1, contexts);
    List<Sums> sums = IntStream.of(ranks).mapToObj(_ -> new Sums()).toList();
    try (TensorScope scope = backend.newScope()) {
      var buffers = new Buffers(scope, chunk, vocabulary);
      for (long first = 0; first < contexts; first += chunk) {
        long count = Math.min(chunk, contexts - first);
        add(at.hidden().rows(first, count), at.targets().slice(first, count), ranks, buffers, sums);
      }
    }
    return IntStream.range(0, ranks.length)
        .mapToObj(i -> sums.get(i).score(ranks[i], contexts))
        .toArray(Score[]::new);
  }

  /** What a chunk of contexts needs. */
  private final class Buffers {
    private final Tensor logits;
    private final Tensor capped;
    private final Tensor toCap;
    private final Tensor part;
    private final Tensor each;
    private final Tensor argmax;

    Buffers(TensorScope scope, long chunk, long vocabulary) {
      logits = scope.zeros(backend.real(), chunk, vocabulary);
      capped = scope.zeros(backend.real(), cap.isPresent() ? chunk : 0, vocabulary);
      toCap = scope.zeros(backend.real(), capped.rows(), vocabulary);
      part = scope.zeros(backend.real(), chunk * vectors.rows());
      each = scope.zeros(backend.real(), chunk);
      argmax = scope.zeros(ElementType.I32, chunk);
    }
  }

  /** Adds what a chunk of contexts has at each rank. */
  private void add(Tensor hidden, Tensor targets, int[] ranks, Buffers buffers, List<Sums> sums) {
    long count = hidden.rows();
    int[] expected = backend.toInts(targets);
    double[][] losses = new double[ranks.length][];
    int from = 0;
    for (int i = 0; i < ranks.length; i++) {
      add(hidden, from, ranks[i], buffers.part, buffers.logits.rows(0, count));
      from = ranks[i];
      Tensor seen = capped(buffers.logits.rows(0, count), buffers.capped, buffers.toCap);
      backend.crossEntropyLoss(seen, targets, buffers.each.slice(0, count));
      backend.argmaxRows(seen, buffers.argmax.slice(0, count));
      losses[i] = backend.toDoubles(buffers.each.slice(0, count));
      sums.get(i).losses += Arrays.stream(losses[i]).sum();
      sums.get(i).correct += equal(expected, backend.toInts(buffers.argmax.slice(0, count)));
    }
    for (int i = 0; i < ranks.length; i++) {
      sums.get(i).addPenalties(losses[i], losses[ranks.length - 1]);
    }
  }

  /** Adds what the singular vectors from one rank to another give to the logits. */
  private void add(Tensor hidden, int from, int to, Tensor buffer, Tensor logits) {
    Tensor along = buffer.slice(0, hidden.rows(), to - from);
    backend.gemm(Transpose.NO, Transpose.YES, 1, hidden, vectors.rows(from, to - from), 0, along);
    backend.gemm(
        Transpose.NO,
        Transpose.NO,
        1,
        along,
        rotated.rows(from, to - from),
        from == 0 ? 0 : 1,
        logits);
    if (from == 0) {
      bias.ifPresent(b -> backend.addBias(b, logits));
    }
  }

  /** What the softmax sees of logits, which stay: they are a partial sum. */
  private Tensor capped(Tensor logits, Tensor buffer, Tensor toCap) {
    if (cap.isEmpty()) {
      return logits;
    }
    Tensor capped = buffer.rows(0, logits.rows());
    backend.copy(logits, capped);
    cap.get().forward(capped, toCap.rows(0, logits.rows()));
    return capped;
  }

  private static long equal(int[] a, int[] b) {
    return IntStream.range(0, a.length).filter(i -> a[i] == b[i]).count();
  }
}
