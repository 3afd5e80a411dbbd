package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models with everything that GPT-2 and Llama do not have, through the whole CUDA backend; all
 * steps of AdamW but the first two are replayed from a recording.
 */
abstract class FixtureCudaContract {
  /** Opens the device under test. */
  abstract Backend open();

  @ParameterizedTest
  @ValueSource(strings = {"neox-odd-rotary", "qwen3-biased", "olmo2-tiny"})
  void everyTensorIsAsExactAsThatOfPyTorch(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend oracle = ReferenceBackend.open();
        Backend cuda = open()) {
      FixtureOutputs exact = FixtureOutputs.of(oracle, fixture);
      assertEquals(
          List.of(), FixtureOutputs.of(cuda, fixture).lessExactThanPyTorch(fixture, exact));
    }
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
        "opt-narrow",
        "olmo-plain",
        "olmo-clipped",
        "phi3-partial",
        "phi3-short",
        "phi3-long",
        "neo-local",
        "smollm3-mixed",
        "smollm3-window"
      })
  void everyFamilyIsComputedAsByTransformers(String name) {
    Fixture fixture = Fixture.of(name);
    try (Backend cuda = open()) {
      assertEquals(List.of(), FixtureOutputs.of(cuda, fixture).differencesFromPyTorch(fixture, 2));
    }
  }
}
