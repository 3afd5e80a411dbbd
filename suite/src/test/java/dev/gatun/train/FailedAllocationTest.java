package dev.gatun.train;

import static dev.gatun.backend.ScarceMemory.leavesNothing;

import dev.gatun.data.BatchSource;
import dev.gatun.model.TinyModels;
import dev.gatun.tensor.Batch;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.MomentumSgdSettings;
import dev.gatun.train.TrainingConfig.OptimiserSettings;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FailedAllocationTest {
  private static final BatchSource BATCHES =
      _ -> {
        int[] tokens = TinyModels.tokens(4, TinyModels.VOCABULARY, 1);
        return new Batch(tokens, tokens, 2, 2);
      };

  @TestFactory
  Stream<DynamicTest> ofTrainingLeavesNothing() {
    return Stream.of(AdamWSettings.usual(), MomentumSgdSettings.usual()).map(this::ofTraining);
  }

  private DynamicTest ofTraining(OptimiserSettings optimiser) {
    var config =
        new TrainingConfig(
            2, 2, 2, 1, LearningRateSchedule.constant(0.01, 2), optimiser, 1, 1, 0, 1, 0);
    return leavesNothing(
        optimiser.toString(),
        (backend, _) -> {
          try (var model = TinyModels.initialised(backend, TinyModels.gpt2(), 1);
              var trainer =
                  new Trainer(
                      model,
                      config,
                      BATCHES,
                      Optional.of(new EvaluationSet(BATCHES, 1)),
                      List.of())) {
            trainer.run();
          }
        });
  }
}
