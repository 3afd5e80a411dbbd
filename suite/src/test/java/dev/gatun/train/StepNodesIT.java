package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.data.BatchSource;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.Batch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * What a training step of SpamLang's paper tier starts on the device. Its sizes are smaller here,
 * but for what its calls depend on: 30 layers, heads of 64, more than 1,024 tokens in a batch, two
 * chunks of logits, and matrices whose rows start at multiples of 16 bytes.
 */
class StepNodesIT {
  private static final Path LIBRARIES = FakeCuda.build();
  private static final TransformerConfig SPAMLANG =
      TransformerConfig.llama(8192, 128, 30, 2, 1, 256, 64);
  private static final int BATCH = 36;

  /**
   * This is the aim. There were 1,141 when a step became one graph, and 1,750 before chunks of
   * logits grew and weights were kept rounded.
   */
  private static final int MOST_NODES = 1100;

  @Test
  void aStepOfSpamLangIsOneGraph() {
    try (Backend backend = CudaBackend.open(MathMode.BF16, Optional.of(LIBRARIES));
        var model = new LanguageModel(backend, SPAMLANG);
        var optimiser =
            Optimiser.of(backend, model.parameters(), TrainingConfig.AdamWSettings.usual());
        var steps =
            new TrainingStep(
                model, TrainingConfig.of(9, BATCH, 64, 1e-3, 1), batches(), optimiser)) {
      calls(steps, 1);
      List<String> recorded = calls(steps, 2);
      String graph = recorded.getLast();
      int nodes = Integer.parseInt(graph.substring("graph ".length()));
      assertTrue(nodes <= MOST_NODES, nodes + " nodes: " + counts(recorded));
      for (int number = 3; number < 6; number++) {
        assertEquals(List.of(graph), calls(steps, number), "step " + number);
      }
    }
  }

  /** The calls of a step; nothing is computed in them. */
  private static List<String> calls(TrainingStep steps, long number) {
    return FakeCuda.trace(LIBRARIES, true, () -> steps.begin(number));
  }

  private static Map<String, Long> counts(List<String> calls) {
    return calls.stream()
        .map(call -> call.split(" ")[0])
        .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
  }

  private static BatchSource batches() {
    int[] ids = new int[BATCH * 64];
    return _ -> new Batch(ids, ids, BATCH, 64);
  }
}
