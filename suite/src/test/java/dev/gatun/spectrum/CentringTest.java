package dev.gatun.spectrum;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import org.junit.jupiter.api.Test;

class CentringTest extends SpectrumTestBase {
  private static final int CONTEXTS = 11;
  private static final int VOCABULARY = 17;
  private static final int WIDTH = 3;

  private final Tensor head = matrices.gaussian(VOCABULARY, WIDTH);

  /** As every logit gradient: its rows sum to 0. */
  private final Tensor gradient = matrices.gaussian(CONTEXTS, VOCABULARY);

  CentringTest() {
    Centring.centreRows(backend, gradient);
  }

  @Test
  void aRowThatAllTokensShareIsTakenAway() {
    double[] moved = backend.toDoubles(head);
    for (int i = 0; i < moved.length; i++) {
      moved[i] += 5 + i % WIDTH;
    }
    Tensor centred = Centring.of(backend, scope, head);
    Tensor ofMoved = Centring.of(backend, scope, matrices.of(moved, VOCABULARY, WIDTH));
    assertArrayEquals(backend.toDoubles(centred), backend.toDoubles(ofMoved), 1e-13, SEEDED);
    double[] columns = new double[WIDTH];
    double[] elements = backend.toDoubles(centred);
    for (int i = 0; i < elements.length; i++) {
      columns[i % WIDTH] += elements[i];
    }
    assertArrayEquals(new double[WIDTH], columns, 1e-13, SEEDED);
  }

  @Test
  void whatSoftmaxSeesOfTheHiddenInducedDirectionIsThatOfTheCentredHead() {
    Tensor centred = Centring.of(backend, scope, head);
    assertArrayEquals(
        rows(LogitDirection.through(centred)),
        rows(LogitDirection.centred(LogitDirection.through(head))),
        1e-12,
        SEEDED);
  }

  @Test
  void whatSoftmaxSeesOfTheFullStepIsThatOfTheCentredHead() {
    Tensor hidden = matrices.gaussian(CONTEXTS, WIDTH);
    Tensor headGradient = matrices.product(gradient, Transpose.YES, hidden, Transpose.NO);
    Tensor centred = Centring.of(backend, scope, head);
    assertArrayEquals(
        rows(LogitDirection.fullStep(hidden, centred, headGradient)),
        rows(LogitDirection.centred(LogitDirection.fullStep(hidden, head, headGradient))),
        1e-12,
        SEEDED);
  }

  private double[] rows(LogitDirection direction) {
    Tensor out = scope.zeros(ElementType.F64, CONTEXTS, VOCABULARY);
    direction.rows(backend, 0, gradient, out);
    return backend.toDoubles(out);
  }
}
