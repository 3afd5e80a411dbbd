package dev.gatun.claims.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.model.HeadForm;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TinyModels;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GradientSplitTest {
  private static final int VOCABULARY = 40;
  private static final int WIDTH = 8;
  private static final long SEED = 3;

  private final Backend backend = CpuBackend.open(1);
  private TensorScope scope;

  @BeforeEach
  void openScope() {
    scope = backend.newScope();
  }

  @AfterEach
  void closeBackend() {
    scope.close();
    backend.close();
  }

  @Test
  void thePartsAreThoseOfTheDefinitionAndAddUpToTheGradient() {
    KnownSource source =
        KnownSource.of(TinyModels.tokens(3000, VOCABULARY - 4, SEED), VOCABULARY, 3);
    Batch contexts = new DrawnText(source, 6, 16, Randomness.of(SEED)).batch(0);
    TransformerConfig config =
        TransformerConfig.gpt2(VOCABULARY, WIDTH, 1, 2, 16).withHead(new HeadForm.Linear(false));
    try (LanguageModel model = TinyModels.rough(backend, config, SEED);
        var split = new GradientSplit(backend, source, contexts)) {
      HeadInputs at = model.headInputs(contexts);
      double[][] probabilities = probabilities(model, at);
      List<double[]> rows = new ArrayList<>();
      double[] loss = {0};
      split.forEach(
          model.head(),
          at,
          parts -> {
            double[] gradient = backend.toDoubles(parts.gradient());
            double[] signal = backend.toDoubles(parts.signal());
            double[] noise = backend.toDoubles(parts.noise());
            for (int i = 0; i < gradient.length; i++) {
              assertEquals(gradient[i], signal[i] + noise[i], 1e-17);
            }
            for (int row = 0; row < parts.gradient().rows(); row++) {
              int context = rows.size();
              double[] truth = new double[VOCABULARY];
              int start = context / 16 * 16;
              source.probabilities(contexts.inputs(), start, context + 1, truth, 0);
              double[] expected = new double[VOCABULARY];
              for (int v = 0; v < VOCABULARY; v++) {
                expected[v] = (probabilities[context][v] - truth[v]) / 96;
              }
              double[] own = new double[VOCABULARY];
              System.arraycopy(signal, row * VOCABULARY, own, 0, VOCABULARY);
              assertArrayEquals(
                  expected, own, 1e-8, "context %s, seed %s".formatted(context, SEED));
              loss[0] -= Math.log(truth[contexts.targets()[context]]) / 96;
              rows.add(own);
            }
          });
      assertEquals(96, rows.size());
      assertEquals(loss[0], split.lossOfSource(), 1e-12);
    }
  }

  /** P from logits in f64, held whole. */
  private double[][] probabilities(LanguageModel model, HeadInputs at) {
    Tensor hidden = wide(at.hidden());
    Tensor logits = scope.zeros(ElementType.F64, hidden.rows(), VOCABULARY);
    Tensor weights = wide(model.head().weights(scope));
    backend.gemm(Transpose.NO, Transpose.YES, 1, hidden, weights, 0, logits);
    double[] values = backend.toDoubles(logits);
    double[][] probabilities = new double[(int) hidden.rows()][VOCABULARY];
    for (int n = 0; n < probabilities.length; n++) {
      double sum = 0;
      for (int v = 0; v < VOCABULARY; v++) {
        probabilities[n][v] = Math.exp(values[n * VOCABULARY + v]);
        sum += probabilities[n][v];
      }
      for (int v = 0; v < VOCABULARY; v++) {
        probabilities[n][v] /= sum;
      }
    }
    return probabilities;
  }

  private Tensor wide(Tensor matrix) {
    Tensor wide = scope.zeros(ElementType.F64, matrix.rows(), matrix.cols());
    backend.copy(matrix, wide);
    return wide;
  }

  @Test
  void aSignalInsideTheHeadIsKeptWholeAndOneOutsideIsDestroyedWhole() {
    Randomness randomness = Randomness.of(SEED);
    Tensor weights = normal(VOCABULARY, WIDTH, randomness.stream("head"));
    Tensor inside = scope.zeros(ElementType.F64, 30, VOCABULARY);
    Tensor states = normal(30, WIDTH, randomness.stream("states"));
    backend.gemm(Transpose.NO, Transpose.YES, 1, states, weights, 0, inside);
    Tensor outside = outside(weights, normal(30, VOCABULARY, randomness.stream("rows")));
    Tensor both = wide(inside);
    backend.axpy(1, outside, both);
    double share = backend.sumOfSquares(inside) / backend.sumOfSquares(both);

    var kept = parts(weights, new GradientSplit.Rows(both, inside, outside, both));
    assertEquals(0, kept.signal().projection().destroyedNorm(), 1e-6);
    assertEquals(1, kept.noise().projection().destroyedNorm(), 1e-12);
    assertEquals(share, kept.signalEnergy(), 1e-12);
    assertEquals(0, kept.crossEnergy(), 1e-12);
    assertEquals(1, kept.signalOfKept(), 1e-12);
    assertEquals(0, kept.signalOfDestroyed(), 1e-12);

    var destroyed = parts(weights, new GradientSplit.Rows(both, outside, inside, both));
    assertEquals(1, destroyed.signal().projection().destroyedNorm(), 1e-12);
    assertEquals(1, destroyed.signalOfDestroyed(), 1e-12);
    assertEquals(0, destroyed.signalOfKept(), 1e-12);
  }

  private SplitProjection.Parts parts(Tensor weights, GradientSplit.Rows rows) {
    try (var projection = new SplitProjection(backend, weights)) {
      projection.add(rows);
      return projection.result();
    }
  }

  private Tensor normal(long rows, long cols, Randomness randomness) {
    return NormalMatrix.inF64(backend, scope, rows, cols, randomness);
  }

  /** The rows without what of them lies in the head's column space, twice for rounding. */
  private Tensor outside(Tensor weights, Tensor rows) {
    Tensor basis = wide(weights);
    backend.qr(basis, scope.zeros(ElementType.F64, WIDTH, WIDTH));
    Tensor inBasis = scope.zeros(ElementType.F64, rows.rows(), WIDTH);
    for (int pass = 0; pass < 2; pass++) {
      backend.gemm(Transpose.NO, Transpose.NO, 1, rows, basis, 0, inBasis);
      backend.gemm(Transpose.NO, Transpose.YES, -1, inBasis, basis, 1, rows);
    }
    return rows;
  }
}
