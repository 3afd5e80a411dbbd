package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;

/**
 * Cosine and sine of the angle of every pair of turned elements at every position, multiplied by
 * the amplitude of the scaling: computed on the host in f64 and rounded once.
 *
 * @param cos [length, pairs]
 * @param sin [length, pairs]
 */
record RotaryTables(Tensor cos, Tensor sin) {

  /** The tables of the first {@code length} positions, in memory of the scope. */
  static RotaryTables of(
      Backend backend, TensorScope scope, Positions.Rotary rotary, int headWidth, int length) {
    int pairs = rotary.pairs(headWidth);
    double amplitude = rotary.scaling().amplitude();
    double[] cosines = new double[length * pairs];
    double[] sines = new double[length * pairs];
    for (int j = 0; j < pairs; j++) {
      double frequency = rotary.frequency(j, headWidth, length);
      for (int position = 0; position < length; position++) {
        double angle = position * frequency;
        cosines[position * pairs + j] = amplitude * StrictMath.cos(angle);
        sines[position * pairs + j] = amplitude * StrictMath.sin(angle);
      }
    }
    RotaryTables tables =
        new RotaryTables(
            scope.zeros(backend.real(), length, pairs), scope.zeros(backend.real(), length, pairs));
    backend.write(cosines, tables.cos);
    backend.write(sines, tables.sin);
    return tables;
  }
}
