package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import java.nio.file.Path;
import java.util.Optional;

/** Models of other families, on a fake CUDA. */
class FixtureCudaIT extends FixtureCudaContract {
  private static final Path LIBRARIES = FakeCuda.build();

  @Override
  Backend open() {
    return CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
  }

  /** What PyTorch and Gatun compute in F32 is compared, each with the rounding of one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
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
  void everyFamilyIsComputedAsByTransformers(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend cuda = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES))) {
      assertEquals(List.of(), FixtureOutputs.of(cuda, fixture).differencesFromPyTorch(fixture, 2));
    }
  }
}
