package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every gradient of whole tiny models against central differences, in f64. */
class FiniteDifferencesTest {
  private static final long SEED = 20260310;

  /** Cube root of the unit roundoff: truncation and rounding are then both about 1e-10. */
  private static final double STEP = 6e-6;

  static Stream<String> models() {
    return TinyModels.CONFIGS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("models")
  void everyGradientIsTheSlopeOfTheLoss(String name) {
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model = TinyModels.rough(backend, TinyModels.CONFIGS.get(name), SEED)) {
      int[] inputs = inputs();
      int[] targets = targets();
      double scale = 1.0 / 9;
      model.lossAndGradients(
          new Batch(inputs, targets, TinyModels.BATCH, TinyModels.LENGTH),
          scale,
          BlockVisitor.NONE);
      for (String parameter : model.parameters().names()) {
        double[] gradient = backend.toDoubles(model.parameters().gradient(parameter));
        if (parameter.equals("lm_head.bias")
            && model.config().outputBias() == OutputBias.LOG_UNIGRAM) {
          assertArrayEquals(new double[gradient.length], gradient, name); // fixed
          continue;
        }
        Tensor value = model.parameters().value(parameter);
        double[] values = backend.toDoubles(value);
        for (int i = 0; i < values.length; i++) {
          double kept = values[i];
          values[i] = kept + STEP;
          backend.write(values, value);
          double above = loss(model, inputs, targets, scale);
          values[i] = kept - STEP;
          backend.write(values, value);
          double below = loss(model, inputs, targets, scale);
          values[i] = kept;
          backend.write(values, value);
          double slope = (above - below) / (2 * STEP);
          assertEquals(
              slope,
              gradient[i],
              1e-8 + 1e-6 * Math.abs(slope),
              name + ", " + parameter + "[" + i + "], seed " + SEED);
        }
      }
    }
  }

  private static int[] inputs() {
    return TinyModels.tokens(TinyModels.BATCH * TinyModels.LENGTH, TinyModels.VOCABULARY, SEED);
  }

  private static int[] targets() {
    int[] targets =
        TinyModels.tokens(TinyModels.BATCH * TinyModels.LENGTH, TinyModels.VOCABULARY, SEED + 1);
    targets[TinyModels.LENGTH - 1] = -1;
    return targets;
  }

  private static double loss(LanguageModel model, int[] inputs, int[] targets, double scale) {
    return scale
        * model.evaluate(new Batch(inputs, targets, TinyModels.BATCH, TinyModels.LENGTH)).lossSum();
  }
}
