package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibratedProjectionTest extends SpectrumTestBase {
  private static final int CONTEXTS = 20;
  private static final int VOCABULARY = 30;
  private static final int WIDTH = 4;
  private static final int DRAWS = 20_000;

  private final Tensor head = matrices.gaussian(VOCABULARY, WIDTH);
  private final double[] p = probabilities();
  private final double[] projector = projector();

  /** Rows of softmax(3·x), so that some tokens are likely. */
  private double[] probabilities() {
    double[] x = backend.toDoubles(matrices.gaussian(CONTEXTS, VOCABULARY));
    for (int row = 0; row < x.length; row += VOCABULARY) {
      double sum = 0;
      for (int i = row; i < row + VOCABULARY; i++) {
        x[i] = Math.exp(3 * x[i]);
        sum += x[i];
      }
      for (int i = row; i < row + VOCABULARY; i++) {
        x[i] /= sum;
      }
    }
    return x;
  }

  /** Q·Qᵀ, dense. */
  private double[] projector() {
    Tensor q = scope.zeros(head.type(), VOCABULARY, WIDTH);
    backend.copy(head, q);
    backend.qr(q, scope.zeros(head.type(), WIDTH, WIDTH));
    double[] basis = backend.toDoubles(q);
    double[] dense = new double[VOCABULARY * VOCABULARY];
    for (int i = 0; i < dense.length; i++) {
      for (int k = 0; k < WIDTH; k++) {
        dense[i] += basis[i / VOCABULARY * WIDTH + k] * basis[i % VOCABULARY * WIDTH + k];
      }
    }
    return dense;
  }

  /** Energies of P − Y for a label of one context: what is kept, and all. */
  private double[] energies(int context, int label) {
    double[] gradient = new double[VOCABULARY];
    System.arraycopy(p, context * VOCABULARY, gradient, 0, VOCABULARY);
    gradient[label] -= 1;
    double kept = 0;
    double all = 0;
    for (int i = 0; i < VOCABULARY; i++) {
      all += gradient[i] * gradient[i];
      for (int j = 0; j < VOCABULARY; j++) {
        kept += gradient[i] * projector[i * VOCABULARY + j] * gradient[j];
      }
    }
    return new double[] {kept, all};
  }

  @Test
  void isTheExpectationOverAllLabels() {
    double kept = 0;
    double all = 0;
    for (int context = 0; context < CONTEXTS; context++) {
      for (int label = 0; label < VOCABULARY; label++) {
        double[] energies = energies(context, label);
        kept += p[context * VOCABULARY + label] * energies[0];
        all += p[context * VOCABULARY + label] * energies[1];
      }
    }
    assertEquals(kept / all, keptEnergy(CONTEXTS), 1e-14, SEEDED);
    assertEquals(kept / all, keptEnergy(7), 1e-14, SEEDED);
  }

  @Test
  void isWhatLabelsDrawnFromTheModelGive() {
    var random = new Random(SEED);
    double kept = 0;
    double all = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      int context = draw % CONTEXTS;
      double[] energies = energies(context, drawn(context, random));
      kept += energies[0];
      all += energies[1];
    }
    // One draw scatters by less than its mean, 20,000 by less than 0.7 %: four times that.
    assertEquals(1, kept / all / keptEnergy(CONTEXTS), 0.03, SEEDED);
  }

  private int drawn(int context, Random random) {
    double left = random.nextDouble();
    int label = 0;
    while (label < VOCABULARY - 1 && left >= p[context * VOCABULARY + label]) {
      left -= p[context * VOCABULARY + label++];
    }
    return label;
  }

  private double keptEnergy(int chunkRows) {
    try (var subspace = new HeadSubspace(backend, head);
        var projection = new CalibratedProjection(backend, subspace)) {
      Tensor all = matrices.of(p, CONTEXTS, VOCABULARY);
      Matrices.chunks(all, chunkRows).forEach((_, chunk) -> projection.add(chunk));
      return projection.keptEnergy();
    }
  }
}
