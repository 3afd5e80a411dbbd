package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Training on a fake CUDA. */
class CudaTrainingIT extends CudaTrainingContract {
  private static final Path LIBRARIES = FakeCuda.build();

  @Override
  Backend open(MathMode math) {
    return CudaBackend.open(math, Optional.of(LIBRARIES));
  }

  /**
   * AdamW writes the weights as bfloat16 too. Only what was written to them before the first step
   * is rounded, once.
   */
  @Test
  void noStepButTheFirstRoundsWeights() {
    try (var backend = open(MathMode.BF16);
        var model = model(backend, Architecture.LLAMA, 1);
        var again = model(backend, Architecture.LLAMA, 1)) {
      List<Double> losses = new ArrayList<>();
      List<String> calls =
          FakeCuda.trace(LIBRARIES, false, () -> losses.addAll(losses(model, 1, ROUNDED_STEPS)));
      assertEquals(losses, losses(again, 1, ROUNDED_STEPS));
      long begin = model.parameters().values().memory().address();
      long end = begin + model.parameters().values().byteSize();
      int firstStep = calls.indexOf(last(calls, "adamw_f32 ", STEPS_OF_OPTIMISER)) + 1;
      assertEquals(1, roundings(calls.subList(0, firstStep), begin, end));
      List<String> others = calls.subList(firstStep, calls.size());
      assertEquals(0, roundings(others, begin, end));
      assertTrue(roundings(others, 0, Long.MAX_VALUE) > 0, "activations are rounded");
    }
  }

  /** Of weights that decay, and of those that do not. */
  private static final int STEPS_OF_OPTIMISER = 2;

  private static String last(List<String> calls, String name, int count) {
    return calls.stream().filter(call -> call.startsWith(name)).skip(count - 1).findFirst().get();
  }

  /** How often something in this range of memory was rounded. */
  private static long roundings(List<String> calls, long begin, long end) {
    return calls.stream()
        .map(call -> call.split(" "))
        .flatMapToLong(call ->
            switch (call[0]) {
              // Blocks in x and y, then what is rounded.
              case "round_to_bf16" -> LongStream.of(Long.parseUnsignedLong(call[3]));
              // And behind its copy and its size, what else is rounded.
              case "round_pair_to_bf16" ->
                  LongStream.of(Long.parseUnsignedLong(call[3]), Long.parseUnsignedLong(call[6]));
              default -> LongStream.empty();
            })
        .filter(address -> address >= begin && address < end)
        .count();
  }

  @AfterAll
  static void everythingWasGivenBack() {
    assertEquals(0, FakeCuda.liveObjects(LIBRARIES));
  }
}
