package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.train.StepReport;
import dev.gatun.train.Trainer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A step whose loss is wrong is not timed. */
class UntrainedLossTest {
  private static final TrainingWork WORK = TrainingWork.SMALL;
  private static final double LN_V = Math.log(WORK.config().vocabulary());

  private static Backend backend;

  @BeforeAll
  static void open() {
    backend = CpuBackend.open(1);
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  static List<TrainingWork> small() {
    return List.of(TrainingWork.SMALL, TrainingWork.SMALL_SPAMLANG, TrainingWork.SMALL_GPT2);
  }

  @ParameterizedTest
  @MethodSource("small")
  void lossOfAnUntrainedModelIsNearLnV(TrainingWork work) {
    try (LanguageModel model = work.model(backend);
        Trainer trainer = work.trainer(model, 1, List.of(work.lossCheck()))) {
      trainer.run();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.979, 1.021, Double.NaN, Double.POSITIVE_INFINITY})
  void wrongLossEndsTheWorkInOneLine(double share) {
    var mistake = assertThrows(IllegalStateException.class, () -> finish(1, share * LN_V));
    assertEquals(
        "the loss of the untrained model is %.4f, which is not within 2 %% of ln V = 4.1589, so a result of this device is wrong; gatun selftest looks for it"
            .formatted(share * LN_V),
        mistake.getMessage());
  }

  @Test
  void lossesWithinTwoPercentAndThoseOfLaterStepsPass() {
    assertDoesNotThrow(() -> finish(1, 1.019 * LN_V));
    assertDoesNotThrow(() -> finish(1, 0.981 * LN_V));
    assertDoesNotThrow(() -> finish(2, 0.5 * LN_V));
  }

  /** The logits of so wide a head spread so far that ln V is no longer the loss. */
  @Test
  void workWithAWrongLossHasNoTimes() {
    var work = new TrainingWork("wide", List.of(), TransformerConfig.gpt2(8, 512, 1, 2, 16), 8, 1);
    Outcome outcome =
        new Benchmark(backend, new DeviceSpeed(1e9, 1e9, 1e9), 1, Optional.empty())
            .run(work.work());
    assertEquals(Optional.empty(), outcome.measurement());
    String failure = outcome.failure().orElseThrow();
    assertTrue(
        failure.startsWith("wide: the loss of the untrained model is 2.")
            && failure.contains("not within 2 % of ln V = 2.0794"),
        failure);
  }

  private static void finish(long step, double loss) {
    WORK.lossCheck().stepFinished(new StepReport(step, loss, 1, 1e-3, 32, 1));
  }
}
