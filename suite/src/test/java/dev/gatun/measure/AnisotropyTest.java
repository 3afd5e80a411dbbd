package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnisotropyTest {
  private final Backend backend = CpuBackend.open(2, Optional.empty());
  private final TensorScope scope = backend.newScope();

  @AfterEach
  void close() {
    scope.close();
    backend.close();
  }

  @Test
  void isTheMeanCosineOverAllPairs() {
    int n = 7;
    int width = 5;
    double[] states = gaussian(n * width);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        sum += i == j ? 0 : cosine(states, i, j, width);
      }
    }
    assertEquals(sum / n / (n - 1), of(states, width).meanCosine(), 1e-14);
  }

  @Test
  void statesThatPointOneWayHaveOneWhateverTheirLengths() {
    assertEquals(1, of(new double[] {3, 4, 0.3, 0.4, 300, 400}, 2).meanCosine(), 1e-14);
  }

  @Test
  void oppositeStatesHaveMinusOne() {
    assertEquals(-1, of(new double[] {3, 4, -0.3, -0.4}, 2).meanCosine(), 1e-14);
  }

  @Test
  void isotropicStatesAreWithinFourDeviationsOfZero() {
    Anisotropy anisotropy = of(gaussian(400 * 32), 32);
    assertTrue(
        Math.abs(anisotropy.meanCosine()) < 4 * anisotropy.isotropicDeviation(),
        () -> anisotropy.meanCosine() + " of " + anisotropy.isotropicDeviation() + ", seed 7");
  }

  @Test
  void chunksGiveTheSameAsAllAtOnce() {
    double[] states = gaussian(30 * 4);
    Tensor all = tensor(states, 4);
    var chunked = new Anisotropy(4);
    chunked.add(backend, all.rows(0, 11));
    chunked.add(backend, all.rows(11, 19));
    assertEquals(of(states, 4).meanCosine(), chunked.meanCosine());
    assertEquals(30, chunked.contexts());
  }

  @Test
  void stateOfZerosHasCosineZero() {
    assertEquals(1.0 / 3, of(new double[] {1, 0, 1, 0, 0, 0}, 2).meanCosine(), 1e-14);
  }

  @Test
  void oneStateHasNoPair() {
    assertThrows(IllegalStateException.class, of(new double[] {1, 0}, 2)::meanCosine);
  }

  private static double cosine(double[] states, int i, int j, int width) {
    double dot = 0;
    double own = 0;
    double other = 0;
    for (int k = 0; k < width; k++) {
      dot += states[i * width + k] * states[j * width + k];
      own += states[i * width + k] * states[i * width + k];
      other += states[j * width + k] * states[j * width + k];
    }
    return dot / Math.sqrt(own * other);
  }

  private static double[] gaussian(int count) {
    double[] numbers = new double[count];
    Randomness.of(7).gaussian(numbers, 1);
    return numbers;
  }

  private Anisotropy of(double[] states, int width) {
    return Anisotropy.of(backend, tensor(states, width));
  }

  private Tensor tensor(double[] states, int width) {
    Tensor tensor = scope.zeros(ElementType.F64, states.length / width, width);
    backend.write(states, tensor);
    return tensor;
  }
}
