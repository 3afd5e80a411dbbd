package dev.gatun.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.model.HeadForm;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TinyModels;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadBackward.Curvature;
import dev.gatun.model.head.HeadBackward.Directions;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Backward passes with a part taken away, against G, its products and projections held whole. */
class HeadBackwardTest {
  private static final long SEED = 20260816;
  private static final int ROWS = 37;
  private static final int VOCABULARY = 101;
  private static final int WIDTH = 7;
  private static final double SCALE = 1.0 / 36;

  private final Backend oracle = ReferenceBackend.open();
  private final TensorScope scope = oracle.newScope();
  private final double[] hidden = normals(1, ROWS * WIDTH);
  private final double[] weights = normals(2, VOCABULARY * WIDTH);
  private final int[] targets = targets();

  /** Gradients of hidden states and head weights. */
  private record Gradients(double[] hidden, double[] weights, double loss) {}

  @AfterEach
  void close() {
    scope.close();
    oracle.close();
  }

  @Test
  void rankLimitedBackwardIsTheGradientThroughTheBestApproximationOfThatRank() {
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    for (int rank : new int[] {1, 3, 6}) {
      Gradients limited = gradients(oracle, new HeadBackward.RankLimited(rank));
      double[] expected = product(logitGradient(), ROWS, VOCABULARY, truncated(rank), WIDTH);
      assertArrayEquals(expected, limited.hidden, 1e-13, message(rank));
      assertArrayEquals(exact.weights, limited.weights, 0, message(rank));
      assertEquals(exact.loss, limited.loss, message(rank));
      assertTrue(distance(exact.hidden, limited.hidden) > 0.1 * norm(exact.hidden), message(rank));
      double[] values = singularValues(limited.hidden, ROWS);
      assertTrue(values[rank - 1] > 1e-3 * values[0], message(rank));
      assertTrue(values[rank] < 1e-12 * values[0], message(rank));
    }
  }

  @Test
  void backwardOfFullRankTakesNothingAway() {
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    Gradients full = gradients(oracle, new HeadBackward.RankLimited(WIDTH));
    assertArrayEquals(exact.hidden, full.hidden, 1e-14, message(WIDTH));
    assertArrayEquals(exact.weights, full.weights, 0, message(WIDTH));
  }

  @Test
  void trailingDirectionsAreWhatTheLeadingOnesLeave() {
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    Gradients leading = gradients(oracle, limited(3, Directions.LEADING, false));
    Gradients trailing = gradients(oracle, limited(WIDTH - 3, Directions.TRAILING, false));
    double[] both = new double[exact.hidden.length];
    Arrays.setAll(both, i -> leading.hidden[i] + trailing.hidden[i]);
    assertArrayEquals(exact.hidden, both, 1e-13, message(3));
    assertEquals(0, dot(leading.hidden, trailing.hidden), 1e-13, message(3));
  }

  @Test
  void randomDirectionsAreOrthonormalAndStayTheSame() {
    HeadBackward rule = limited(3, Directions.RANDOM, false);
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    Gradients random = gradients(oracle, rule);
    double[] values = singularValues(random.hidden, ROWS);
    assertTrue(values[2] > 1e-3 * values[0] && values[3] < 1e-12 * values[0], message(3));
    // An orthogonal projection of each row: what it takes away is orthogonal to what it leaves.
    assertEquals(
        dot(random.hidden, random.hidden), dot(random.hidden, exact.hidden), 1e-13, message(3));
    assertTrue(
        distance(random.hidden, gradients(oracle, limited(3, Directions.LEADING, false)).hidden)
            > 0.1 * norm(random.hidden),
        message(3));
    assertArrayEquals(random.hidden, gradients(oracle, rule).hidden, 0, message(3));
  }

  @Test
  void matchedGradientHasTheDirectionOfTheLimitedAndTheSizeOfTheExact() {
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    for (Directions directions : Directions.values()) {
      Gradients limited = gradients(oracle, limited(2, directions, false));
      Gradients matched = gradients(oracle, limited(2, directions, true));
      double factor = norm(exact.hidden) / norm(limited.hidden);
      assertTrue(factor > 1.1, directions::toString);
      double[] expected = Arrays.stream(limited.hidden).map(x -> factor * x).toArray();
      assertArrayEquals(expected, matched.hidden, 1e-13, directions::toString);
      assertArrayEquals(exact.weights, matched.weights, 0, directions::toString);
    }
  }

  @Test
  void matchedGradientOfNothingIsNothing() {
    Arrays.fill(weights, 0);
    Gradients matched = gradients(oracle, limited(2, Directions.LEADING, true));
    assertArrayEquals(new double[ROWS * WIDTH], matched.hidden, 0, message(2));
    Gradients spanned = gradients(oracle, new HeadBackward.WithoutOrthogonalPart());
    assertArrayEquals(new double[weights.length], spanned.weights, 0, message(0));
  }

  @Test
  void limitedHeadIsRenewedAtItsInterval() {
    var rule = new HeadBackward.RankLimited(2, Directions.LEADING, 3, true);
    Tensor w = write(oracle, scope, weights, VOCABULARY, WIDTH);
    Tensor dW = scope.zeros(ElementType.F64, VOCABULARY, WIDTH);
    try (LinearHead head = new LinearHead(oracle, w, dW, LinearHead.Bias.NONE, rule)) {
      pass(oracle, scope, head, dW);
      double[] old = truncated(2);
      System.arraycopy(normals(9, weights.length), 0, weights, 0, weights.length);
      oracle.write(weights, w);
      Gradients exact = gradients(oracle, HeadBackward.EXACT);
      for (int number = 1; number <= 3; number++) {
        double[] approximation = number < 3 ? old : truncated(2);
        double[] limited = product(logitGradient(), ROWS, VOCABULARY, approximation, WIDTH);
        double factor = norm(exact.hidden) / norm(limited);
        double[] expected = Arrays.stream(limited).map(x -> factor * x).toArray();
        assertArrayEquals(expected, pass(oracle, scope, head, dW).hidden, 1e-13, "pass " + number);
      }
    }
  }

  @Test
  void matchedPassesOfOtherSizesFollowEachOther() {
    var rule = limited(2, Directions.LEADING, true);
    Tensor w = write(oracle, scope, weights, VOCABULARY, WIDTH);
    Tensor dW = scope.zeros(ElementType.F64, VOCABULARY, WIDTH);
    try (LinearHead head = new LinearHead(oracle, w, dW, LinearHead.Bias.NONE, rule)) {
      Gradients whole = pass(oracle, scope, head, dW);
      long generation = head.generation();
      Tensor few = scope.zeros(ElementType.F64, 5, WIDTH);
      Tensor classes = scope.zeros(ElementType.I32, 5);
      head.lossAndGradients(few, classes, SCALE, few, BlockVisitor.NONE);
      assertTrue(head.generation() > generation);
      assertArrayEquals(whole.hidden, pass(oracle, scope, head, dW).hidden, 0);
    }
  }

  @Test
  void frozenHeadPassesTheExactGradientOnAndHasNone() {
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    Gradients frozen = gradients(oracle, new HeadBackward.FrozenHead());
    assertArrayEquals(exact.hidden, frozen.hidden, 0);
    assertArrayEquals(new double[weights.length], frozen.weights, 0);
    assertEquals(exact.loss, frozen.loss);
  }

  @Test
  void headWithoutOrthogonalPartLearnsFromTheProjectedLogitGradient() {
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    Gradients spanned = gradients(oracle, new HeadBackward.WithoutOrthogonalPart());
    double[] expected = resized(projected(exact.weights), exact.weights);
    assertArrayEquals(expected, spanned.weights, 1e-13, message(0));
    assertArrayEquals(exact.hidden, spanned.hidden, 0, message(0));
    assertEquals(exact.loss, spanned.loss, message(0));
    assertTrue(norm(projected(exact.weights)) < 0.9 * norm(exact.weights), message(0));
    assertArrayEquals(spanned.weights, projected(spanned.weights), 1e-13, message(0));
  }

  @Test
  void headOfDependentColumnsIsProjectedOnWhatItSpans() {
    for (int row = 0; row < VOCABULARY; row++) {
      weights[row * WIDTH + 4] = 2 * weights[row * WIDTH + 1];
    }
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    Gradients spanned = gradients(oracle, new HeadBackward.WithoutOrthogonalPart());
    assertArrayEquals(
        resized(projected(exact.weights), exact.weights), spanned.weights, 1e-12, message(0));
  }

  /** Of all changes of the logits that the head lets through, the nearest to a multiple of −G. */
  @Test
  void stepAlongThePreconditionedGradientChangesLogitsByTheProjectedLogitGradient() {
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    Gradients stepped = gradients(oracle, preconditioned(Curvature.GRAM, 1e-12));
    double[] change = product(stepped.hidden, ROWS, WIDTH, transposed(weights), VOCABULARY);
    double[] expected = transposed(projected(transposed(logitGradient(), ROWS), ROWS), VOCABULARY);
    assertArrayEquals(resized(expected, change), change, 1e-10, message(0));
    assertEquals(norm(exact.hidden), norm(stepped.hidden), 1e-13, message(0));
    assertArrayEquals(exact.weights, stepped.weights, 0, message(0));
    assertEquals(exact.loss, stepped.loss, message(0));
  }

  @Test
  void preconditionedGradientIsDividedByTheDampedGramMatrix() {
    for (double damping : new double[] {0.01, 1}) {
      Gradients exact = gradients(oracle, HeadBackward.EXACT);
      double[] gram = product(transposed(weights), WIDTH, VOCABULARY, weights, WIDTH);
      double[] expected = resized(divided(exact.hidden, damped(gram, damping)), exact.hidden);
      Gradients conditioned = gradients(oracle, preconditioned(Curvature.GRAM, damping));
      assertArrayEquals(expected, conditioned.hidden, 1e-13, message(0));
      assertTrue(distance(exact.hidden, conditioned.hidden) > 0.02 * norm(exact.hidden));
    }
  }

  @Test
  void nullOfThePreconditionedGradientDividesOtherDirectionsByTheSameNumbers() {
    weights[3] *= 20; // so that one singular value lies apart
    Gradients exact = gradients(oracle, HeadBackward.EXACT);
    Gradients own = gradients(oracle, preconditioned(Curvature.GRAM, 0.1));
    Gradients random = gradients(oracle, preconditioned(Curvature.GRAM_AT_RANDOM, 0.1));
    double[] ownFactors = singularValues(quotient(own.hidden, exact.hidden), WIDTH);
    double[] randomFactors = singularValues(quotient(random.hidden, exact.hidden), WIDTH);
    for (int i = 0; i < WIDTH; i++) {
      assertEquals(
          ownFactors[i] / ownFactors[0], randomFactors[i] / randomFactors[0], 1e-9, message(i));
    }
    assertTrue(distance(own.hidden, random.hidden) > 0.1 * norm(own.hidden), message(0));
    assertArrayEquals(
        random.hidden,
        gradients(oracle, preconditioned(Curvature.GRAM_AT_RANDOM, 0.1)).hidden,
        0,
        message(0));
  }

  @Test
  void gaussNewtonGradientIsDividedByTheMeanCurvatureOfThePassBefore() {
    targets[11] = 5;
    double[] curvature = meanCurvature();
    Tensor w = write(oracle, scope, weights, VOCABULARY, WIDTH);
    Tensor dW = scope.zeros(ElementType.F64, VOCABULARY, WIDTH);
    HeadBackward rule = preconditioned(Curvature.SOFTMAX, 0.1);
    try (LinearHead head = new LinearHead(oracle, w, dW, LinearHead.Bias.NONE, rule)) {
      Gradients first = pass(oracle, scope, head, dW);
      assertArrayEquals(gradients(oracle, HeadBackward.EXACT).hidden, first.hidden, 1e-14);
      System.arraycopy(normals(9, weights.length), 0, weights, 0, weights.length);
      oracle.write(weights, w);
      Gradients exact = gradients(oracle, HeadBackward.EXACT);
      Gradients second = pass(oracle, scope, head, dW);
      double[] expected = resized(divided(exact.hidden, damped(curvature, 0.1)), exact.hidden);
      assertArrayEquals(expected, second.hidden, 1e-13, message(0));
      assertArrayEquals(exact.weights, second.weights, 0, message(0));
      assertEquals(exact.loss, second.loss, message(0));
      assertTrue(distance(exact.hidden, second.hidden) > 0.02 * norm(exact.hidden));
    }
  }

  @Test
  void curvatureOfASoftmaxNeedsEveryTarget() {
    HeadBackward rule = preconditioned(Curvature.SOFTMAX, 0.1);
    var refused = assertThrows(IllegalArgumentException.class, () -> gradients(oracle, rule));
    assertTrue(refused.getMessage().contains("target"), refused::getMessage);
  }

  @Test
  void narrowForwardPassIsThatOfTheBestApproximationOfThatRank() {
    Gradients narrow = gradients(oracle, new HeadBackward.NarrowForward(3, false));
    Gradients wide = gradients(oracle, new HeadBackward.NarrowForward(3, true));
    double[] whole = weights.clone();
    System.arraycopy(truncated(3), 0, weights, 0, weights.length);
    Gradients expected = gradients(oracle, HeadBackward.EXACT);
    assertArrayEquals(expected.hidden, narrow.hidden, 1e-13, message(3));
    assertArrayEquals(expected.weights, narrow.weights, 1e-13, message(3));
    assertEquals(expected.loss, narrow.loss, 1e-13, message(3));
    double[] through = product(logitGradient(), ROWS, VOCABULARY, whole, WIDTH);
    assertArrayEquals(resized(through, expected.hidden), wide.hidden, 1e-13, message(3));
    assertArrayEquals(narrow.weights, wide.weights, 0, message(3));
    assertEquals(narrow.loss, wide.loss, message(3));
  }

  @Test
  void narrowHeadIsEvaluatedWithTheWeightsOfThatMoment() {
    Tensor w = write(oracle, scope, normals(9, weights.length), VOCABULARY, WIDTH);
    Tensor dW = scope.zeros(ElementType.F64, VOCABULARY, WIDTH);
    Tensor h = write(oracle, scope, hidden, ROWS, WIDTH);
    Tensor classes = scope.zeros(ElementType.I32, ROWS);
    oracle.write(targets, classes);
    HeadBackward rule = new HeadBackward.NarrowForward(3, true);
    try (LinearHead head = new LinearHead(oracle, w, dW, LinearHead.Bias.NONE, rule)) {
      pass(oracle, scope, head, dW);
      oracle.write(weights, w);
      double evaluated = head.scores(h, classes).lossSum();
      assertEquals(gradients(oracle, rule).loss, SCALE * evaluated, 1e-13);
      assertArrayEquals(truncated(3), oracle.toDoubles(head.weights(scope)), 1e-13);
    }
  }

  @Test
  void singlePrecisionIsAccurateToItsRoundingTimesTheConditionOfTheHead() {
    targets[11] = 5;
    double[] values = singularValues(weights, VOCABULARY);
    double bound = 16 * 0x1p-24 * values[0] / values[WIDTH - 1];
    for (HeadBackward rule :
        new HeadBackward[] {
          new HeadBackward.RankLimited(3),
          limited(3, Directions.TRAILING, true),
          limited(3, Directions.RANDOM, true),
          new HeadBackward.WithoutOrthogonalPart(),
          preconditioned(Curvature.GRAM, 0.01),
          preconditioned(Curvature.GRAM_AT_RANDOM, 0.01),
          preconditioned(Curvature.SOFTMAX, 0.01),
          new HeadBackward.NarrowForward(3, false),
          new HeadBackward.NarrowForward(3, true)
        }) {
      Gradients expected = gradients(oracle, rule);
      try (Backend backend = CpuBackend.open(2)) {
        Gradients computed = gradients(backend, rule);
        String message = rule + ", " + message(0);
        assertEquals(
            0, distance(expected.hidden, computed.hidden) / norm(expected.hidden), bound, message);
        assertEquals(
            0,
            distance(expected.weights, computed.weights) / norm(expected.weights),
            bound,
            message);
      }
    }
  }

  @Test
  void threadsChangeNoByte() {
    targets[11] = 5;
    for (HeadBackward rule :
        new HeadBackward[] {
          new HeadBackward.RankLimited(3),
          limited(3, Directions.TRAILING, true),
          limited(3, Directions.RANDOM, true),
          new HeadBackward.WithoutOrthogonalPart(),
          preconditioned(Curvature.GRAM, 0.01),
          preconditioned(Curvature.GRAM_AT_RANDOM, 0.01),
          preconditioned(Curvature.SOFTMAX, 0.01),
          new HeadBackward.NarrowForward(3, false),
          new HeadBackward.NarrowForward(3, true)
        }) {
      try (Backend one = CpuBackend.open(1);
          Backend three = CpuBackend.open(3)) {
        Gradients alone = gradients(one, rule);
        Gradients together = gradients(three, rule);
        assertArrayEquals(alone.hidden, together.hidden, 0, rule::toString);
        assertArrayEquals(alone.weights, together.weights, 0, rule::toString);
      }
    }
  }

  @Test
  void everyPassSeesTheWeightsAsTheyAreThen() {
    for (HeadBackward rule :
        new HeadBackward[] {
          new HeadBackward.RankLimited(2),
          new HeadBackward.WithoutOrthogonalPart(),
          preconditioned(Curvature.GRAM, 0.01),
          new HeadBackward.NarrowForward(3, true)
        }) {
      Tensor w = write(oracle, scope, normals(9, weights.length), VOCABULARY, WIDTH);
      Tensor dW = scope.zeros(ElementType.F64, VOCABULARY, WIDTH);
      try (LinearHead head = new LinearHead(oracle, w, dW, LinearHead.Bias.NONE, rule)) {
        pass(oracle, scope, head, dW);
        oracle.write(weights, w);
        Gradients expected = gradients(oracle, rule);
        Gradients again = pass(oracle, scope, head, dW);
        assertArrayEquals(expected.hidden, again.hidden, 0, rule::toString);
        assertArrayEquals(expected.weights, again.weights, 0, rule::toString);
      }
    }
  }

  @Test
  void rankAboveTheWidthAndHeadsWithoutFullWeightsAreRefused() {
    TransformerConfig config = TinyModels.gpt2();
    var wide = new HeadBackward.RankLimited(config.width() + 1);
    assertThrows(IllegalArgumentException.class, () -> model(config, wide));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            model(
                config.withHead(new HeadForm.Factorised(2)),
                new HeadBackward.WithoutOrthogonalPart()));
    assertThrows(IllegalArgumentException.class, () -> new HeadBackward.RankLimited(0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new HeadBackward.RankLimited(1, Directions.LEADING, 0, true));
    var narrow = new HeadBackward.NarrowForward(config.width() + 1, true);
    assertThrows(IllegalArgumentException.class, () -> model(config, narrow));
    assertThrows(IllegalArgumentException.class, () -> new HeadBackward.NarrowForward(0, true));
    assertThrows(IllegalArgumentException.class, () -> preconditioned(Curvature.GRAM, 0));
  }

  private static HeadBackward limited(int rank, Directions directions, boolean matched) {
    return new HeadBackward.RankLimited(rank, directions, 1, matched);
  }

  private static HeadBackward preconditioned(Curvature curvature, double damping) {
    return new HeadBackward.Preconditioned(curvature, damping);
  }

  /** Σₙ Wᵀ(diag pₙ − pₙpₙᵀ)W/N, context by context and class by class. */
  private double[] meanCurvature() {
    double[] logits = product(hidden, ROWS, WIDTH, transposed(weights), VOCABULARY);
    double[] mean = new double[WIDTH * WIDTH];
    for (int n = 0; n < ROWS; n++) {
      double[] p = Arrays.copyOfRange(logits, n * VOCABULARY, (n + 1) * VOCABULARY);
      double sum = Arrays.stream(p).map(Math::exp).sum();
      Arrays.setAll(p, v -> Math.exp(p[v]) / sum);
      for (int v = 0; v < VOCABULARY; v++) {
        for (int u = 0; u < VOCABULARY; u++) {
          double entry = (v == u ? p[v] : 0) - p[v] * p[u];
          for (int i = 0; i < WIDTH * WIDTH; i++) {
            double both = weights[v * WIDTH + i / WIDTH] * weights[u * WIDTH + i % WIDTH];
            mean[i] += entry * both / ROWS;
          }
        }
      }
    }
    return mean;
  }

  /** C + damping·tr(C)/D·I. */
  private static double[] damped(double[] curvature, double damping) {
    double trace = IntStream.range(0, WIDTH).mapToDouble(i -> curvature[i * (WIDTH + 1)]).sum();
    double[] damped = curvature.clone();
    for (int i = 0; i < WIDTH; i++) {
      damped[i * (WIDTH + 1)] += damping * trace / WIDTH;
    }
    return damped;
  }

  /** X·C⁻¹ of X [N, D] and a symmetric C [D, D]. */
  private double[] divided(double[] x, double[] curvature) {
    Tensor factor = write(oracle, scope, curvature, WIDTH, WIDTH);
    oracle.cholesky(factor);
    Tensor columns = write(oracle, scope, transposed(x, ROWS), WIDTH, ROWS);
    oracle.choleskySolve(factor, columns);
    return transposed(oracle.toDoubles(columns), WIDTH);
  }

  /** M [D, D] of Y = X·M, for X and Y [N, D], by the normal equations. */
  private double[] quotient(double[] y, double[] x) {
    Tensor gram =
        write(oracle, scope, product(transposed(x, ROWS), WIDTH, ROWS, x, WIDTH), WIDTH, WIDTH);
    oracle.cholesky(gram);
    Tensor right =
        write(oracle, scope, product(transposed(x, ROWS), WIDTH, ROWS, y, WIDTH), WIDTH, WIDTH);
    oracle.choleskySolve(gram, right);
    return oracle.toDoubles(right);
  }

  private static double[] transposed(double[] weights) {
    return transposed(weights, VOCABULARY);
  }

  /** The transpose of a matrix of so many rows. */
  private static double[] transposed(double[] matrix, int rows) {
    int cols = matrix.length / rows;
    double[] result = new double[matrix.length];
    Arrays.setAll(result, i -> matrix[i % rows * cols + i / rows]);
    return result;
  }

  private LanguageModel model(TransformerConfig config, HeadBackward backward) {
    return LanguageModel.initialise(oracle, config, backward, (_, _, _) -> {});
  }

  private Gradients gradients(Backend backend, HeadBackward rule) {
    try (TensorScope buffers = backend.newScope()) {
      Tensor w = write(backend, buffers, weights, VOCABULARY, WIDTH);
      Tensor dW = buffers.zeros(backend.real(), VOCABULARY, WIDTH);
      try (LinearHead head = new LinearHead(backend, w, dW, LinearHead.Bias.NONE, rule)) {
        return pass(backend, buffers, head, dW);
      }
    }
  }

  private Gradients pass(Backend backend, TensorScope buffers, LinearHead head, Tensor dW) {
    Tensor h = write(backend, buffers, hidden, ROWS, WIDTH);
    Tensor dH = buffers.zeros(backend.real(), ROWS, WIDTH);
    Tensor classes = buffers.zeros(ElementType.I32, ROWS);
    backend.write(targets, classes);
    backend.fill(dW, 0);
    double loss = head.lossAndGradients(h, classes, SCALE, dH, BlockVisitor.NONE);
    return new Gradients(backend.toDoubles(dH), backend.toDoubles(dW), loss);
  }

  private double[] logitGradient() {
    Tensor logits = scope.zeros(ElementType.F64, ROWS, VOCABULARY);
    Tensor classes = scope.zeros(ElementType.I32, ROWS);
    oracle.write(targets, classes);
    oracle.gemm(
        Transpose.NO,
        Transpose.YES,
        1,
        write(oracle, scope, hidden, ROWS, WIDTH),
        write(oracle, scope, weights, VOCABULARY, WIDTH),
        0,
        logits);
    oracle.crossEntropy(logits, classes, SCALE, scope.zeros(ElementType.F64, ROWS));
    return oracle.toDoubles(logits);
  }

  /** Best approximation of the weights of a rank, by a direct decomposition. */
  private double[] truncated(int rank) {
    Svd svd = svd(weights, VOCABULARY);
    double[] left = new double[VOCABULARY * rank];
    for (int row = 0; row < VOCABULARY; row++) {
      for (int i = 0; i < rank; i++) {
        left[row * rank + i] = svd.u[row * WIDTH + i] * svd.values[i];
      }
    }
    return product(left, VOCABULARY, rank, Arrays.copyOf(svd.vt, rank * WIDTH), WIDTH);
  }

  private double[] projected(double[] matrix) {
    return projected(matrix, WIDTH);
  }

  /** Left singular vectors times their products with a matrix [V, K]: the projection of it. */
  private double[] projected(double[] matrix, int cols) {
    Svd svd = svd(weights, VOCABULARY);
    double[] result = new double[matrix.length];
    for (int i = 0; i < WIDTH && svd.values[i] > 1e-10 * svd.values[0]; i++) {
      for (int col = 0; col < cols; col++) {
        double dot = 0;
        for (int row = 0; row < VOCABULARY; row++) {
          dot += svd.u[row * WIDTH + i] * matrix[row * cols + col];
        }
        for (int row = 0; row < VOCABULARY; row++) {
          result[row * cols + col] += svd.u[row * WIDTH + i] * dot;
        }
      }
    }
    return result;
  }

  private record Svd(double[] u, double[] values, double[] vt) {}

  private Svd svd(double[] matrix, int rows) {
    Tensor u = scope.zeros(ElementType.F64, rows, WIDTH);
    Tensor values = scope.zeros(ElementType.F64, WIDTH);
    Tensor vt = scope.zeros(ElementType.F64, WIDTH, WIDTH);
    oracle.svd(write(oracle, scope, matrix, rows, WIDTH), u, values, vt);
    return new Svd(oracle.toDoubles(u), oracle.toDoubles(values), oracle.toDoubles(vt));
  }

  private double[] singularValues(double[] matrix, int rows) {
    return svd(matrix, rows).values;
  }

  private double[] product(double[] a, int rows, int inner, double[] b, int cols) {
    Tensor c = scope.zeros(ElementType.F64, rows, cols);
    oracle.gemm(
        Transpose.NO,
        Transpose.NO,
        1,
        write(oracle, scope, a, rows, inner),
        write(oracle, scope, b, inner, cols),
        0,
        c);
    return oracle.toDoubles(c);
  }

  private static Tensor write(
      Backend backend, TensorScope scope, double[] values, int rows, int cols) {
    Tensor tensor = scope.zeros(backend.real(), rows, cols);
    backend.write(values, tensor);
    return tensor;
  }

  private static double[] normals(int stream, int size) {
    RandomGenerator generator = new SplittableRandom(SEED + stream);
    double[] values = new double[size];
    Arrays.setAll(values, _ -> generator.nextGaussian());
    return values;
  }

  private static int[] targets() {
    int[] ids = TinyModels.tokens(ROWS, VOCABULARY, SEED);
    ids[11] = -1;
    return ids;
  }

  private static double norm(double[] x) {
    return Math.sqrt(Arrays.stream(x).map(v -> v * v).sum());
  }

  private static double dot(double[] x, double[] y) {
    return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).sum();
  }

  /** A matrix scaled to the norm of another. */
  private static double[] resized(double[] x, double[] other) {
    double factor = norm(other) / norm(x);
    return Arrays.stream(x).map(v -> factor * v).toArray();
  }

  private static double distance(double[] x, double[] y) {
    double[] difference = new double[x.length];
    Arrays.setAll(difference, i -> x[i] - y[i]);
    return norm(difference);
  }

  private static String message(int rank) {
    return "rank " + rank + ", seed " + SEED;
  }
}
