package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A pass on a device that has graphs: called to run, called to be recorded, and never again. */
class RepeatedPassIT {
  private static final Path LIBRARIES = FakeCuda.build();

  private int calls;

  @Test
  void passesOfOneFormAreCalledTwiceAndReplayedFromThenOn() {
    try (Backend backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
        TensorScope scope = backend.newScope();
        var repeated = new RepeatedPass(backend)) {
      Tensor x = scope.zeros(ElementType.F32, 1);
      backend.fill(x, 1);
      Runnable doubling =
          () -> {
            calls++;
            backend.scale(2, x);
          };
      for (int i = 0; i < 5; i++) {
        repeated.run(() -> form(0.5, 1), doubling);
      }
      assertEquals(2, calls);
      assertEquals(32, backend.toFloats(x)[0]);
      repeated.run(() -> form(0.25, 1), doubling);
      assertEquals(3, calls);
      repeated.run(() -> form(0.5, 1), doubling);
      repeated.run(() -> form(0.5, 2), doubling);
      assertEquals(5, calls);
      assertEquals(256, backend.toFloats(x)[0]);
    }
  }

  @Test
  void stepsAreTheSameToTheByteWhateverHappensBetweenThem() {
    int[] tokens = TinyModels.tokens(6, 13, 1);
    int[] targets = TinyModels.tokens(6, 13, 2);
    int[] larger = TinyModels.tokens(24, 13, 3);
    List<Consumer<LanguageModel>> between =
        List.of(
            _ -> {},
            _ -> {},
            _ -> {},
            // Replaces the head's buffers and the targets'.
            model -> model.evaluate(new Batch(larger, larger, 4, 6)),
            _ -> {},
            // Replaces the buffers of a training pass.
            model ->
                model.lossAndGradients(new Batch(larger, larger, 4, 6), 0.1, BlockVisitor.NONE),
            _ -> {},
            model -> model.lossAndGradients(new Batch(tokens, targets, 2, 3), 0.1, (_, _) -> {}),
            _ -> {},
            _ -> {});
    for (var config :
        List.of(
            TinyModels.gpt2(),
            TinyModels.llama().withHead(new HeadForm.Factorised(2)),
            TinyModels.gpt2().withHead(new HeadForm.Sigsoftmax(true)),
            TinyModels.gpt2().withHead(new HeadForm.MixtureOfSoftmaxes(3)),
            TinyModels.llama().withHead(new HeadForm.MultipleHidden(2)),
            TinyModels.llama().withHead(new HeadForm.ClassFactored(13)),
            TinyModels.CONFIGS.get("neox parallel"),
            TinyModels.CONFIGS.get("qwen3"),
            TinyModels.CONFIGS.get("olmo2"))) {
      try (Backend backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
          LanguageModel model = TinyModels.initialised(backend, config, 5)) {
        Step first = step(model, tokens, targets);
        for (int i = 0; i < between.size(); i++) {
          between.get(i).accept(model);
          Step again = step(model, tokens, targets);
          assertEquals(first.loss, again.loss, "step " + i);
          assertArrayEquals(first.gradients, again.gradients, "step " + i);
        }
      }
    }
  }

  private record Step(double loss, float[] gradients) {}

  private static Step step(LanguageModel model, int[] tokens, int[] targets) {
    model.parameters().clearGradients();
    double loss = model.lossAndGradients(new Batch(tokens, targets, 2, 3), 0.25, BlockVisitor.NONE);
    return new Step(loss, model.backend().toFloats(model.parameters().gradients()));
  }

  private static RepeatedPass.Form form(double scale, long generation) {
    return new RepeatedPass.Form(4, 8, scale, generation);
  }
}
