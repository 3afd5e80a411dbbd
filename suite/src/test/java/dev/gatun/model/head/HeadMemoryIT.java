package dev.gatun.model.head;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.model.HeadForm;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TinyModels;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a head holds beside hidden states, weights and their gradients. */
class HeadMemoryIT {
  private static final int ROWS = 8192;
  private static final int VOCABULARY = 131_072;
  private static final int WIDTH = 64;
  private static final long LIMIT = 256L << 20;

  @Test
  void headOf131072TokensOver8192ContextsHoldsLessThan256MebibytesOfItsOwn() {
    try (Backend backend = CpuBackend.open(Runtime.getRuntime().availableProcessors());
        TensorScope scope = backend.newScope()) {
      Tensor hidden = random(backend, scope, "hidden", ROWS);
      Tensor weights = random(backend, scope, "weights", VOCABULARY);
      Tensor weightGradients = scope.zeros(ElementType.F32, VOCABULARY, WIDTH);
      Tensor dHidden = scope.zeros(ElementType.F32, ROWS, WIDTH);
      Tensor targets = scope.zeros(ElementType.I32, ROWS);
      backend.write(TinyModels.tokens(ROWS, VOCABULARY, 1), targets);
      backend.resetPeakMemory();
      long before = backend.memoryUse().bytes();
      try (LinearHead head = new LinearHead(backend, weights, weightGradients)) {
        head.lossAndGradients(hidden, targets, 1.0 / ROWS, dHidden, BlockVisitor.NONE);
      }
      long own = backend.memoryUse().peakBytes() - before;
      assertTrue(own > 0 && own < LIMIT, own + " bytes");
    }
  }

  /** Contexts whose logits would take 320 MiB, and four times that for a mixture. */
  @Test
  void headsOfSeveralPartsKeepTheBudgetToo() {
    for (HeadForm form :
        List.of(
            new HeadForm.Sigsoftmax(false),
            new HeadForm.MixtureOfSoftmaxes(4),
            new HeadForm.MultipleHidden(4),
            HeadForm.ClassFactored.nearSquareRoot(VOCABULARY))) {
      int rows = 640;
      TransformerConfig config = TransformerConfig.gpt2(VOCABULARY, WIDTH, 1, 1, 8).withHead(form);
      try (Backend backend = CpuBackend.open(Runtime.getRuntime().availableProcessors());
          TensorScope scope = backend.newScope();
          LanguageModel model = TinyModels.initialised(backend, config, 1)) {
        Tensor hidden = random(backend, scope, "hidden", rows);
        Tensor dHidden = scope.zeros(ElementType.F32, rows, WIDTH);
        Tensor targets = scope.zeros(ElementType.I32, rows);
        backend.write(TinyModels.tokens(rows, VOCABULARY, 1), targets);
        backend.resetPeakMemory();
        long before = backend.memoryUse().bytes();
        Head head = model.head();
        head.lossAndGradients(hidden, targets, 1.0 / rows, dHidden, BlockVisitor.NONE);
        head.streamGradient(hidden, targets, 1.0 / rows, BlockVisitor.NONE);
        head.scores(hidden, targets);
        long own = backend.memoryUse().peakBytes() - before;
        assertTrue(own > 0 && own < LIMIT, form + ": " + own + " bytes");
      }
    }
  }

  private static Tensor random(Backend backend, TensorScope scope, String name, int rows) {
    float[] values = new float[rows * WIDTH];
    Randomness.of(1).stream(name).gaussian(values, 0.1);
    Tensor tensor = scope.zeros(ElementType.F32, rows, WIDTH);
    backend.write(values, tensor);
    return tensor;
  }
}
