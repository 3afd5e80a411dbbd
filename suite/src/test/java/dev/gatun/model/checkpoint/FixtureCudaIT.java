package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models with everything that GPT-2 and Llama do not have, through the whole CUDA backend, on a
 * fake CUDA; all steps of AdamW but the first two are replayed from a recording.
 */
class FixtureCudaIT {
  private static final Path LIBRARIES = FakeCuda.build();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "neox-odd-rotary",
        "qwen3-biased",
        "olmo2-tiny",
        "qwen2-window",
        "mistral-window",
        "gemma-biased",
        "gemma2-capped",
        "gemma3-local",
        "opt-relu",
        "olmo-plain",
        "phi3-partial",
        "neo-local",
        "smollm3-mixed"
      })
  void everyTensorIsAsExactAsThatOfPyTorch(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend oracle = ReferenceBackend.open();
        Backend cuda = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES))) {
      FixtureOutputs exact = FixtureOutputs.of(oracle, fixture);
      assertEquals(
          List.of(), FixtureOutputs.of(cuda, fixture).lessExactThanPyTorch(fixture, exact));
    }
  }
}
