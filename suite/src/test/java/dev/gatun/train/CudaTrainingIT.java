package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.data.Randomness;
import dev.gatun.data.SpamLang;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training through the whole CUDA backend, on a fake CUDA. */
class CudaTrainingIT extends TrainingContract {
  private static final Path LIBRARIES = FakeCuda.build();
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

  /** The shapes of transformer that Gatun trains. */
  enum Architecture {
    GPT2(TransformerConfig.gpt2(VOCABULARY, 24, 2, 3, LENGTH)),
    LLAMA(TransformerConfig.llama(VOCABULARY, 24, 2, 4, 2, 40, LENGTH));

    private final TransformerConfig config;

    Architecture(TransformerConfig config) {
      this.config = config;
    }
  }

  @Override
  Backend open() {
    return CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
  }

  @AfterAll
  static void everythingWasGivenBack() {
    assertEquals(0, FakeCuda.liveObjects(LIBRARIES));
  }

  @ParameterizedTest
  @EnumSource
  void lossesAreThoseOfTheCpu(Architecture architecture) {
    List<Double> cpu;
    List<Double> cuda;
    try (var backend = CpuBackend.open(1)) {
      cpu = losses(backend, architecture, 1);
    }
    try (var backend = open()) {
      cuda = losses(backend, architecture, 1);
    }
    assertTrue(cpu.getLast() < 0.9 * cpu.getFirst(), cpu.toString());
    for (int step = 0; step < STEPS; step++) {
      double allowed = LOSS_TOLERANCE * cpu.get(step);
      assertEquals(cpu.get(step), cuda.get(step), allowed, "step %s".formatted(step + 1));
    }
  }

  @ParameterizedTest
  @EnumSource
  void runsOfOneSeedAreEqualToTheByte(Architecture architecture) {
    List<Double> first;
    List<Double> second;
    try (var backend = open()) {
      first = losses(backend, architecture, 1);
    }
    try (var backend = open()) {
      second = losses(backend, architecture, 1);
      assertNotEquals(first, losses(backend, architecture, 2));
    }
    assertEquals(first, second);
  }

  private static List<Double> losses(Backend backend, Architecture architecture, long seed) {
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
            STEPS,
            BATCH,
            LENGTH,
            1,
            LearningRateSchedule.constant(LEARNING_RATE, STEPS),
            AdamWSettings.usual(),
            1,
            seed,
            0,
            1,
            0);
    Randomness weights = Randomness.of(seed).stream("weights");
    try (var model =
            LanguageModel.initialise(
                backend,
                architecture.config,
                (name, out, d) -> weights.stream(name).gaussian(out, d));
        var trainer =
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
