package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The memory computed beforehand is what the buffers then take. */
class TrainingMemoryTest {
  private final Backend backend = CpuBackend.open(1);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  static Stream<TransformerConfig> models() {
    return Stream.of(
        TransformerConfig.gpt2(512, 32, 2, 4, 16),
        TransformerConfig.gpt2(96, 48, 3, 2, 16).withHead(new HeadForm.Linear(false)),
        TransformerConfig.llama(300, 32, 1, 4, 2, 80, 16),
        TransformerConfig.gpt2(20_000, 8, 1, 2, 16),
        TinyModels.optNarrow(BlockForm.NORM_OF_SUM, 300, 60, 40, 16));
  }

  @ParameterizedTest
  @MethodSource("models")
  void trainingTakesWhatWasComputed(TransformerConfig config) {
    int batch = 6;
    int length = 16;
    var computed =
        TrainingMemory.of(config, batch, length, backend.real(), backend.workingSetBytes());
    try (LanguageModel model = LanguageModel.initialise(backend, config, (_, _, _) -> {})) {
      int[] tokens = new int[batch * length];
      model.lossAndGradients(new Batch(tokens, tokens, batch, length), 1, BlockVisitor.NONE);
      long targets = 4L * batch * length;
      long held = backend.memoryUse().bytes() - targets;
      assertClose(held, computed.total() - computed.moments());
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void evaluationTakesWhatWasComputed(TransformerConfig config) {
    int batch = 6;
    int length = 16;
    long computed =
        TrainingMemory.ofEvaluation(
            config, batch * length, backend.real(), backend.workingSetBytes());
    try (LanguageModel model = LanguageModel.initialise(backend, config, (_, _, _) -> {})) {
      long before = backend.memoryUse().bytes();
      int[] tokens = new int[batch * length];
      model.evaluate(new Batch(tokens, tokens, batch, length));
      long targets = 4L * batch * length;
      assertClose(backend.memoryUse().bytes() - before - targets, computed);
    }
  }

  /** To the alignment of each of some dozens of tensors. */
  private static void assertClose(long held, long computed) {
    long alignment = 64L * 64;
    assertTrue(Math.abs(held - computed) <= alignment, "held " + held + ", computed " + computed);
  }

  @Test
  void momentsAreTwiceTheGradients() {
    var memory = TrainingMemory.of(models().findFirst().orElseThrow(), 1, 16, backend.real(), 1);
    assertEquals(2 * memory.gradients(), memory.moments());
  }
}
