package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.data.SpamLang;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training through the whole CUDA backend. */
abstract class CudaTrainingContract extends TrainingContract {
  private static final int VOCABULARY = 37;
  private static final int BATCH = 6;
  private static final int LENGTH = 17;
  private static final long STEPS = 30;
  private static final double LEARNING_RATE = 1e-2;

  /**
   * Relative. Two f32 backends round differently, and AdamW's normalised update lets the difference
   * grow: to 2.5e-7 after these steps, from 1e-8 at the first. Ten times that is allowed; a
   * gradient that is wrong by a thousandth changes a loss by more.
   */
  private static final double LOSS_TOLERANCE = 2.5e-6;

  /** The emulation takes a second for each step on tensor cores. */
  static final long ROUNDED_STEPS = 6;

  /** Relative: ten times what rounding the operands of products changed, 6e-5 and 8e-4. */
  private static final Map<MathMode, Double> ROUNDED_LOSS_TOLERANCES =
      Map.of(MathMode.TF32, 6e-4, MathMode.BF16, 8e-3);

  /** The shapes of transformer that Gatun trains. */
  enum Architecture {
    GPT2(TransformerConfig.gpt2(VOCABULARY, 24, 2, 3, LENGTH)),
    LLAMA(TransformerConfig.llama(VOCABULARY, 24, 2, 4, 2, 40, LENGTH));

    private final TransformerConfig config;

    Architecture(TransformerConfig config) {
      this.config = config;
    }
  }

  /** Opens the device under test in a mode. */
  abstract Backend open(MathMode math);

  @Override
  Backend open() {
    return open(MathMode.F32);
  }

  @ParameterizedTest
  @EnumSource
  void lossesAreThoseOfTheCpu(Architecture architecture) {
    assertLossesOfTheCpu(architecture, MathMode.F32, STEPS, LOSS_TOLERANCE);
  }

  @ParameterizedTest
  @EnumSource(names = {"TF32", "BF16"})
  void lossesWithRoundedProductsFollowTheCpu(MathMode math) {
    assertLossesOfTheCpu(
        Architecture.LLAMA, math, ROUNDED_STEPS, ROUNDED_LOSS_TOLERANCES.get(math));
  }

  private void assertLossesOfTheCpu(
      Architecture architecture, MathMode math, long steps, double tolerance) {
    List<Double> cpu;
    List<Double> cuda;
    try (var backend = CpuBackend.open(1)) {
      cpu = losses(backend, architecture, 1, steps);
    }
    try (var backend = open(math)) {
      cuda = losses(backend, architecture, 1, steps);
    }
    assertTrue(cpu.getLast() < 0.9 * cpu.getFirst(), cpu.toString());
    for (int step = 0; step < steps; step++) {
      double allowed = tolerance * cpu.get(step);
      String message = "%s in %s, step %s".formatted(architecture, math, step + 1);
      assertEquals(cpu.get(step), cuda.get(step), allowed, message);
    }
  }

  @ParameterizedTest
  @EnumSource
  void runsOfOneSeedAreEqualToTheByte(Architecture architecture) {
    List<Double> first;
    List<Double> second;
    try (var backend = open()) {
      first = losses(backend, architecture, 1, STEPS);
    }
    try (var backend = open()) {
      second = losses(backend, architecture, 1, STEPS);
      assertNotEquals(first, losses(backend, architecture, 2, STEPS));
    }
    assertEquals(first, second);
  }

  private static List<Double> losses(
      Backend backend, Architecture architecture, long seed, long steps) {
    try (var model = model(backend, architecture, seed)) {
      return losses(model, seed, steps);
    }
  }

  static LanguageModel model(Backend backend, Architecture architecture, long seed) {
    Randomness weights = Randomness.of(seed).stream("weights");
    return LanguageModel.initialise(
        backend, architecture.config, (name, out, d) -> weights.stream(name).gaussian(out, d));
  }

  static List<Double> losses(LanguageModel model, long seed, long steps) {
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void stepFinished(StepReport report) {
            losses.add(report.loss());
          }
        };
    var config =
        new TrainingConfig(
            steps,
            BATCH,
            LENGTH,
            1,
            LearningRateSchedule.constant(LEARNING_RATE, steps),
            AdamWSettings.usual(),
            1,
            seed,
            0,
            1,
            0);
    try (var trainer =
        new Trainer(
            model,
            config,
            new SpamLang(VOCABULARY, BATCH, LENGTH, Randomness.of(seed).stream("batches")),
            Optional.empty(),
            List.of(listener))) {
      trainer.run();
    }
    return losses;
  }
}
