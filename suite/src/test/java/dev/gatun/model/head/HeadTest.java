package dev.gatun.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.TinyModels;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Heads whose logits do not fit one chunk, against logits held whole. */
class HeadTest {
  private static final long SEED = 7;
  private static final int ROWS = 50;
  private static final int VOCABULARY = 100_003; // 5 rows fill 4 MiB of f64
  private static final int WIDTH = 3;

  private final Backend backend = ReferenceBackend.open();
  private final TensorScope scope = backend.newScope();
  private final Tensor hidden = random(ROWS, WIDTH);
  private final Tensor targets = targets();
  private final double scale = 1.0 / 49;

  @Test
  void tapSeesEveryRowOfTheLogitGradientOnceAndInOrder() {
    Tensor weights = random(VOCABULARY, WIDTH);
    LinearHead head = new LinearHead(backend, weights, zeros(VOCABULARY, WIDTH));
    double[] expected = logitGradient(weights);
    double[] seen = new double[expected.length];
    List<Long> starts = new ArrayList<>();
    head.streamGradient(
        hidden,
        targets,
        scale,
        (first, chunk) -> {
          starts.add(first);
          double[] values = backend.toDoubles(chunk);
          System.arraycopy(values, 0, seen, (int) first * VOCABULARY, values.length);
        });
    assertEquals(LongStream.range(0, 10).map(i -> 5 * i).boxed().toList(), starts);
    assertArrayEquals(expected, seen, 0);
  }

  @Test
  void chunksDoNotDependOnWhatTheHeadDidBefore() {
    LinearHead head = new LinearHead(backend, random(VOCABULARY, WIDTH), zeros(VOCABULARY, WIDTH));
    List<Long> fresh = chunkStarts(head, 13);
    chunkStarts(head, ROWS);
    assertEquals(fresh, chunkStarts(head, 13));
  }

  private List<Long> chunkStarts(LinearHead head, int rows) {
    List<Long> starts = new ArrayList<>();
    head.streamGradient(
        hidden.rows(0, rows), targets.slice(0, rows), 1, (first, _) -> starts.add(first));
    return starts;
  }

  @Test
  void gradientColumnsAreTheSameLogitGradient() {
    Tensor weights = random(VOCABULARY, WIDTH);
    LinearHead head = new LinearHead(backend, weights, zeros(VOCABULARY, WIDTH));
    double[] expected = logitGradient(weights);
    int[] blocks = new int[1];
    head.streamGradientColumns(
        hidden,
        targets,
        scale,
        (first, block) -> {
          blocks[0]++;
          double[] values = backend.toDoubles(block);
          int classes = (int) block.cols();
          for (int row = 0; row < ROWS; row++) {
            for (int c = 0; c < classes; c++) {
              double e = expected[row * VOCABULARY + (int) first + c];
              assertEquals(e, values[row * classes + c], 1e-14 * Math.abs(e) + 1e-20);
            }
          }
        });
    assertTrue(blocks[0] > 1);
  }

  @Test
  void gradientsAreProductsOfTheWholeLogitGradient() {
    Tensor weights = random(VOCABULARY, WIDTH);
    Tensor weightGradients = zeros(VOCABULARY, WIDTH);
    backend.fill(weightGradients, 0.5);
    LinearHead head = new LinearHead(backend, weights, weightGradients);
    Tensor dHidden = zeros(ROWS, WIDTH);
    double loss = head.lossAndGradients(hidden, targets, scale, dHidden, BlockVisitor.NONE);

    Tensor gradient = zeros(ROWS, VOCABULARY);
    backend.write(logitGradient(weights), gradient);
    Tensor expectedHidden = zeros(ROWS, WIDTH);
    backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, weights, 0, expectedHidden);
    Tensor expectedWeights = zeros(VOCABULARY, WIDTH);
    backend.fill(expectedWeights, 0.5);
    backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, hidden, 1, expectedWeights);
    assertArrayEquals(backend.toDoubles(expectedHidden), backend.toDoubles(dHidden), 1e-12);
    assertArrayEquals(
        backend.toDoubles(expectedWeights), backend.toDoubles(weightGradients), 1e-12);
    assertEquals(scale * head.scores(hidden, targets).lossSum(), loss, 1e-12);
  }

  @Test
  void factorisedHeadIsTheLinearHeadOfItsProduct() {
    Tensor a = random(VOCABULARY, 2);
    Tensor b = random(2, WIDTH);
    Tensor aGradient = zeros(VOCABULARY, 2);
    Tensor bGradient = zeros(2, WIDTH);
    FactorisedHead factorised =
        new FactorisedHead(backend, a, aGradient, b, bGradient, Optional.empty());
    Tensor product = factorised.weights(scope);
    Tensor productGradient = zeros(VOCABULARY, WIDTH);
    LinearHead linear = new LinearHead(backend, product, productGradient);

    Tensor dHidden = zeros(ROWS, WIDTH);
    Tensor expectedHidden = zeros(ROWS, WIDTH);
    double loss = factorised.lossAndGradients(hidden, targets, scale, dHidden, BlockVisitor.NONE);
    assertEquals(
        linear.lossAndGradients(hidden, targets, scale, expectedHidden, BlockVisitor.NONE),
        loss,
        1e-12);
    assertArrayEquals(backend.toDoubles(expectedHidden), backend.toDoubles(dHidden), 1e-12);

    Tensor expectedA = zeros(VOCABULARY, 2);
    backend.gemm(Transpose.NO, Transpose.YES, 1, productGradient, b, 0, expectedA);
    Tensor expectedB = zeros(2, WIDTH);
    backend.gemm(Transpose.YES, Transpose.NO, 1, a, productGradient, 0, expectedB);
    assertArrayEquals(backend.toDoubles(expectedA), backend.toDoubles(aGradient), 1e-12);
    assertArrayEquals(backend.toDoubles(expectedB), backend.toDoubles(bGradient), 1e-12);
  }

  @Test
  void scoresCountTargetsThatHaveTheLargestLogit() {
    Tensor weights = random(VOCABULARY, WIDTH);
    LinearHead head = new LinearHead(backend, weights, zeros(VOCABULARY, WIDTH));
    Tensor logits = zeros(ROWS, VOCABULARY);
    backend.gemm(Transpose.NO, Transpose.YES, 1, hidden, weights, 0, logits);
    Tensor best = scope.zeros(ElementType.I32, ROWS);
    backend.argmaxRows(logits, best);
    int[] mixed = backend.toInts(best);
    mixed[3] = -1;
    mixed[30] = mixed[30] == 0 ? 1 : 0;
    Tensor mixedTargets = scope.zeros(ElementType.I32, ROWS);
    backend.write(mixed, mixedTargets);
    HeadScores scores = head.scores(hidden, mixedTargets);
    assertEquals(ROWS - 1, scores.targets());
    assertEquals(ROWS - 2, scores.correct());
  }

  private double[] logitGradient(Tensor weights) {
    Tensor logits = zeros(ROWS, VOCABULARY);
    backend.gemm(Transpose.NO, Transpose.YES, 1, hidden, weights, 0, logits);
    backend.crossEntropy(logits, targets, scale, zeros(ROWS));
    return backend.toDoubles(logits);
  }

  private Tensor targets() {
    int[] ids = TinyModels.tokens(ROWS, VOCABULARY, SEED);
    ids[11] = -1;
    Tensor tensor = scope.zeros(ElementType.I32, ROWS);
    backend.write(ids, tensor);
    return tensor;
  }

  private Tensor random(int rows, int cols) {
    RandomGenerator generator = new SplittableRandom(SEED + rows);
    double[] values = new double[rows * cols];
    Arrays.setAll(values, i -> generator.nextGaussian());
    Tensor tensor = zeros(rows, cols);
    backend.write(values, tensor);
    return tensor;
  }

  private Tensor zeros(long... extents) {
    return scope.zeros(ElementType.F64, extents);
  }
}
