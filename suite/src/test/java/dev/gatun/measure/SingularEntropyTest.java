package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SingularEntropyTest {
  @Test
  void equalSingularValuesAreUniform() {
    assertEquals(0, SingularEntropy.of(3, 3, 3, 3).divergence(), 1e-15);
  }

  @Test
  void oneSingularValueThatHoldsEverythingIsLnOfTheirNumber() {
    assertEquals(Math.log(4), SingularEntropy.of(5, 0, 0, 0).divergence(), 1e-15);
  }

  @Test
  void sharesAreThoseOfTheSquares() {
    // p = (4/5, 1/5): ln 2 + 0.8·ln 0.8 + 0.2·ln 0.2
    assertEquals(0.19274475702175753, SingularEntropy.of(2, 1).divergence(), 1e-15);
  }

  @Test
  void scaleDoesNotMatterEvenWhereSquaresOverflow() {
    double small = SingularEntropy.of(2, 1).divergence();
    assertEquals(small, SingularEntropy.of(2e300, 1e300).divergence(), 1e-15);
    assertEquals(small, SingularEntropy.of(2e-300, 1e-300).divergence(), 1e-15);
  }

  @Test
  void zeroMatrixHasNone() {
    assertThrows(IllegalArgumentException.class, () -> SingularEntropy.of(0, 0));
  }

  @Test
  void gaussianHeadLacksHalfOfWidthOverVocabulary() {
    int vocabulary = 2000;
    int width = 50;
    try (Backend backend = CpuBackend.open(2, Optional.empty());
        TensorScope scope = backend.newScope()) {
      double[] entries = new double[vocabulary * width];
      Randomness.of(11).gaussian(entries, 0.02);
      Tensor weights = scope.zeros(ElementType.F64, vocabulary, width);
      backend.write(entries, weights);
      SingularEntropy entropy = SingularEntropy.ofHead(backend, weights);
      assertEquals(width, entropy.values());
      double expected = SingularEntropy.ofGaussian(vocabulary, width);
      assertEquals(expected, entropy.divergence(), 0.1 * expected, "seed 11");
    }
  }
}
