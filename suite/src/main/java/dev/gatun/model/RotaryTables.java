package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;

/**
 * cos and sin of position·theta^(−2j/headWidth) for every position of the context (Su et al., arXiv
 * 2104.09864), computed on the host in f64 and rounded once.
 */
final class RotaryTables {
  private final Tensor cos; // [contextLength, headWidth/2]
  private final Tensor sin; // [contextLength, headWidth/2]

  RotaryTables(Backend backend, TensorScope scope, int contextLength, int headWidth, double theta) {
    int pairs = headWidth / 2;
    double[] cosines = new double[contextLength * pairs];
    double[] sines = new double[contextLength * pairs];
    for (int position = 0; position < contextLength; position++) {
      for (int j = 0; j < pairs; j++) {
        double angle = position * StrictMath.pow(theta, -2.0 * j / headWidth);
        cosines[position * pairs + j] = StrictMath.cos(angle);
        sines[position * pairs + j] = StrictMath.sin(angle);
      }
    }
    cos = scope.zeros(backend.real(), contextLength, pairs);
    sin = scope.zeros(backend.real(), contextLength, pairs);
    backend.write(cosines, cos);
    backend.write(sines, sin);
  }

  /** The first {@code length} positions: [length, headWidth/2]. */
  Tensor cos(int length) {
    return cos.rows(0, length);
  }

  /** The first {@code length} positions: [length, headWidth/2]. */
  Tensor sin(int length) {
    return sin.rows(0, length);
  }
}
