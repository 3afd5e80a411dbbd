package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingStepTest {
  @ParameterizedTest
  @CsvSource({
    "step1000, , , 1000",
    "step-500, , , 500",
    "checkpoint-500, , , 500",
    "pythia-70m-step143000, pythia-70m, , 143000",
    "global_step320000, , , 320000",
    "bloom-global_step320000, bloom, , 320000",
    "iter_0001000, , , 1000",
    "gpt2-small-checkpoint-400000, gpt2-small, , 400000",
    "step0, , , 0",
    "stage1-step1000-tokens3B, , stage1, 1000",
    "stage1-step-40000, , stage1, 40000",
    "stage2-ingredient1-step500-tokens1B, , stage2-ingredient1, 500",
    "OLMo-2-1B-stage1-step1907359-tokens4001B, OLMo-2-1B, stage1, 1907359",
    "step1000-unsharded, , , 1000",
    "org/name-step10, org/name, , 10",
  })
  void stageAndStepAreReadFromTheName(String name, String model, String stage, long step) {
    assertEquals(
        new TrainingStep(
            model == null ? "" : model, Optional.ofNullable(stage), OptionalLong.of(step)),
        TrainingStep.of(name));
  }

  @ParameterizedTest
  @CsvSource({"gpt2", "pythia-70m", "stage1", "final", "two-step", "OLMo-2-0425-1B", "step1000b"})
  void nameWithoutAStepStatesNoneAndNever0(String name) {
    assertEquals(
        new TrainingStep(name, Optional.empty(), OptionalLong.empty()), TrainingStep.of(name));
  }
}
