package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.spectrum.Centring;
import dev.gatun.spectrum.DirectSpectrum;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The random head with the singular values of another. */
class RandomHeadTest {
  private static final long SEED = 17;
  private static final int VOCABULARY = 400;
  private static final double[] SIGMA = {20, 7, 5, 3, 2, 1, 0.5, 1e-4};
  private static final int WIDTH = SIGMA.length;

  private final Backend backend = CpuBackend.open(2, Optional.empty());
  private final TensorScope scope = backend.newScope();

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  /** U·diag(σ)·Vᵀ, of which a random head keeps σ and V. */
  private Tensor headOfKnownSpectrum() {
    Tensor left = normals(VOCABULARY, WIDTH, "left");
    Tensor right = normals(WIDTH, WIDTH, "right");
    Tensor unused = scope.zeros(ElementType.F64, WIDTH, WIDTH);
    backend.qr(left, unused);
    backend.qr(right, unused);
    double[] scaled = backend.toDoubles(left);
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= SIGMA[i % WIDTH];
    }
    backend.write(scaled, left);
    return product(Transpose.NO, left, Transpose.YES, right);
  }

  private Tensor normals(int rows, int cols, String stream) {
    return NormalMatrix.inF64(backend, scope, rows, cols, Randomness.of(SEED).stream(stream));
  }

  private Tensor product(Transpose ta, Tensor a, Transpose tb, Tensor b) {
    Tensor product =
        scope.zeros(
            ElementType.F64,
            ta == Transpose.NO ? a.rows() : a.cols(),
            tb == Transpose.NO ? b.cols() : b.rows());
    backend.gemm(ta, tb, 1, a, b, 0, product);
    return product;
  }

  @Test
  void singularValuesAndRightVectorsAreThoseOfTheHead() {
    Tensor head = headOfKnownSpectrum();
    Tensor random =
        RandomHead.ofSpectrum(backend, scope, head, normals(VOCABULARY, WIDTH, "normals"));
    assertArrayEquals(SIGMA, DirectSpectrum.of(backend, random).singularValues(), 1e-13);
    // V·diag(σ²)·Vᵀ.
    assertArrayEquals(
        backend.toDoubles(product(Transpose.YES, head, Transpose.NO, head)),
        backend.toDoubles(product(Transpose.YES, random, Transpose.NO, random)),
        1e-11);
  }

  @Test
  void columnSpaceIsThatOfTheGaussianHead() {
    Tensor normals = normals(VOCABULARY, WIDTH, "normals");
    Tensor random = RandomHead.ofSpectrum(backend, scope, headOfKnownSpectrum(), normals);
    try (var own = new HeadSpace(backend, random);
        var gaussian = new HeadSpace(backend, normals)) {
      assertArrayEquals(gaussian.leverage(), own.leverage(), 1e-6);
    }
  }

  @Test
  void ofACentredHeadItIsCentred() {
    Tensor head = Centring.of(backend, scope, headOfKnownSpectrum());
    Tensor normals = Centring.of(backend, scope, normals(VOCABULARY, WIDTH, "normals"));
    Tensor random = RandomHead.ofSpectrum(backend, scope, head, normals);
    assertArrayEquals(
        DirectSpectrum.of(backend, head).singularValues(),
        DirectSpectrum.of(backend, random).singularValues(),
        1e-13);
    Tensor ones = scope.zeros(ElementType.F64, VOCABULARY, 1);
    backend.fill(ones, 1);
    assertArrayEquals(
        new double[WIDTH],
        backend.toDoubles(product(Transpose.YES, ones, Transpose.NO, random)),
        1e-12);
  }

  @Test
  void cosineOfItsDirectionIsTheRootOfTheParticipationRatioOverV() {
    Tensor head = headOfKnownSpectrum();
    double spread = DirectSpectrum.of(backend, head).participationRatio();
    Tensor gradient = normals(64, VOCABULARY, "gradient");
    int draws = 200;
    double sum = 0;
    for (int draw = 0; draw < draws; draw++) {
      try (TensorScope each = backend.newScope()) {
        Tensor random =
            RandomHead.ofSpectrum(backend, each, head, normals(VOCABULARY, WIDTH, "draw" + draw));
        Tensor hidden = product(Transpose.NO, gradient, Transpose.NO, random);
        Tensor direction = product(Transpose.NO, hidden, Transpose.YES, random);
        sum +=
            backend.dot(gradient, direction)
                / Math.sqrt(backend.sumOfSquares(gradient) * backend.sumOfSquares(direction));
      }
    }
    double expected = Math.sqrt(spread / VOCABULARY);
    assertEquals(1, sum / draws / expected, 0.02, "seed " + SEED);
  }

  @Test
  void leftVectorsPointEveryWay() {
    // Without the signs the first entry of the first left vector would have one sign always.
    Tensor head = headOfKnownSpectrum();
    int positive = 0;
    for (int draw = 0; draw < 60; draw++) {
      Tensor normals = normals(VOCABULARY, WIDTH, "draw" + draw);
      double[] entries = backend.toDoubles(RandomHead.ofSpectrum(backend, scope, head, normals));
      positive += entries[0] > 0 ? 1 : 0;
    }
    assertEquals(30, positive, 16, "seed " + SEED);
  }
}
