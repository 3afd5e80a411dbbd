package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogitCap;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a logit gradient G loses because its logits are F32 numbers: that of some contexts, spread
 * evenly, is computed once more from logits in F64.
 *
 * <p>Logits L that are off by δL change a row of G = P − Y by no more than 2·max|δL| of itself,
 * because P changes by P·(1 − P) at most, so that the error is one relative to G. Twice what the
 * contexts show is stated.
 *
 * @param relative ‖δG‖/‖G‖
 * @param largestLogit the largest |L|
 * @param width D
 */
record LogitRounding(double relative, double largestLogit, long width) {
  private static final int CONTEXTS = 64;
  private static final long CHUNK = 1 << 22;
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  /** Beyond this share of itself, G counts as unknown. */
  private static final double MOST = 0.1;

  /**
   * Looks at some contexts.
   *
   * @param weights W [V, D] of the head
   */
  static LogitRounding of(Backend backend, Head head, Tensor weights, HeadInputs at) {
    int rows = (int) Math.min(CONTEXTS, at.hidden().rows());
    int vocabulary = Math.toIntExact(weights.rows());
    try (TensorScope scope = backend.newScope()) {
      Tensor hidden = scope.zeros(backend.real(), rows, weights.cols());
      int[] all = backend.toInts(at.targets());
      int[] targets = new int[rows];
      for (int i = 0; i < rows; i++) {
        long row = i * at.hidden().rows() / rows;
        backend.copy(at.hidden().rows(row, 1), hidden.rows(i, 1));
        targets[i] = all[(int) row];
      }
      double[] logits = logits(backend, scope, weights, hidden);
      head.bias().ifPresent(bias -> add(backend.toDoubles(bias), logits));
      double largest = Arrays.stream(logits).map(Math::abs).max().orElse(0);
      for (int i = 0; i < rows; i++) {
        if (targets[i] < 0) {
          Arrays.fill(logits, i * vocabulary, (i + 1) * vocabulary, 0);
        } else {
          toGradient(logits, i * vocabulary, vocabulary, targets[i], head.cap());
        }
      }
      Tensor ids = scope.zeros(ElementType.I32, rows);
      backend.write(targets, ids);
      double[] sums = new double[2]; // ‖δG‖², ‖G‖²
      head.streamGradient(
          hidden,
          ids,
          1,
          (first, chunk) -> {
            double[] rounded = backend.toDoubles(chunk);
            for (int i = 0; i < rounded.length; i++) {
              double exact = logits[(int) first * vocabulary + i];
              sums[0] += (rounded[i] - exact) * (rounded[i] - exact);
              sums[1] += exact * exact;
            }
          });
      double relative = sums[0] == 0 ? 0 : 2 * Math.sqrt(sums[0] / sums[1]);
      return new LogitRounding(relative, largest, weights.cols());
    }
  }

  private static void add(double[] bias, double[] logits) {
    for (int i = 0; i < logits.length; i++) {
      logits[i] += bias[i % bias.length];
    }
  }

  /** H·Wᵀ in F64, some tokens at a time. */
  private static double[] logits(
      Backend backend, TensorScope scope, Tensor weights, Tensor hidden) {
    int rows = (int) hidden.rows();
    int vocabulary = (int) weights.rows();
    double[] logits = new double[Math.multiplyExact(rows, vocabulary)];
    Tensor wideHidden = scope.zeros(ElementType.F64, rows, hidden.cols());
    backend.copy(hidden, wideHidden);
    int tokens = Math.clamp(CHUNK / weights.cols(), 1, vocabulary);
    Tensor wide = scope.zeros(ElementType.F64, tokens, weights.cols());
    Tensor product = scope.zeros(ElementType.F64, (long) rows * tokens);
    for (int first = 0; first < vocabulary; first += tokens) {
      int count = Math.min(tokens, vocabulary - first);
      Tensor part = wide.rows(0, count);
      Tensor block = product.slice(0, rows, count);
      backend.copy(weights.rows(first, count), part);
      backend.gemm(Transpose.NO, Transpose.YES, 1, wideHidden, part, 0, block);
      double[] values = backend.toDoubles(block);
      for (int row = 0; row < rows; row++) {
        System.arraycopy(values, row * count, logits, row * vocabulary + first, count);
      }
    }
    return logits;
  }

  /** A row of logits H·Wᵀ + b to the gradient of its loss: P − Y, times the slope of a cap. */
  static void toGradient(double[] x, int from, int count, int target, Optional<LogitCap> cap) {
    double[] slopes = new double[count];
    Arrays.fill(slopes, 1);
    cap.ifPresent(c -> cap(x, from, c.value(), slopes));
    double max = Double.NEGATIVE_INFINITY;
    for (int i = from; i < from + count; i++) {
      max = Math.max(max, x[i]);
    }
    double sum = 0;
    double others = 0;
    for (int i = from; i < from + count; i++) {
      x[i] = Math.exp(x[i] - max);
      sum += x[i];
      others += i == from + target ? 0 : x[i];
    }
    for (int i = from; i < from + count; i++) {
      x[i] /= sum;
    }
    // 1 − P(target), without the difference of equal numbers.
    x[from + target] = -others / sum;
    for (int i = 0; i < count; i++) {
      x[from + i] *= slopes[i];
    }
  }

  /** Caps a row; its slopes, 1 − tanh², are those of the cap. */
  private static void cap(double[] x, int from, double cap, double[] slopes) {
    for (int i = 0; i < slopes.length; i++) {
      double argument = x[from + i] / cap;
      x[from + i] = cap * Math.tanh(argument);
      slopes[i] = Math.pow(Math.cosh(argument), -2);
    }
  }

  /**
   * Estimate of the error of a loss, or of a difference of two. Logits are sums of D products;
   * where these are far larger than their sum, the error is larger as well.
   */
  double lossError() {
    return 4 * Math.sqrt(width) * UNIT_ROUNDOFF * largestLogit;
  }

  /**
   * Finds out whether G is known.
   *
   * @throws IllegalArgumentException if rounding has changed it by more than a tenth
   */
  void requireKnown() {
    if (!(relative <= MOST && largestLogit <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the head's logits reach %.3g, and rounding them to F32 changes their gradient by"
                  + " %.2g of itself: nothing can be measured of it; take a head with smaller"
                  + " weights",
              largestLogit,
              relative));
    }
  }
}
