package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LanguageModelTest {
  @Test
  void trainingAndEvaluationPassesGiveEqualLosses() {
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model = TinyModels.rough(backend, TinyModels.llama(), 5)) {
      int[] tokens = TinyModels.tokens(10, TinyModels.VOCABULARY, 1);
      int[] targets = TinyModels.tokens(10, TinyModels.VOCABULARY, 2);
      double loss =
          model.lossAndGradients(new Batch(tokens, targets, 2, 5), 0.1, BlockVisitor.NONE);
      assertEquals(loss, model.evaluate(new Batch(tokens, targets, 2, 5)).meanLoss(), 1e-15);
    }
  }

  @Test
  void weightsOfOneSeedDoNotDependOnTheHead() {
    try (Backend backend = ReferenceBackend.open();
        LanguageModel tied = TinyModels.initialised(backend, TinyModels.gpt2(), 5);
        LanguageModel factorised =
            TinyModels.initialised(
                backend, TinyModels.gpt2().withHead(new HeadForm.Factorised(2)), 5)) {
      for (String name : tied.parameters().names()) {
        assertArrayEquals(
            backend.toDoubles(tied.parameters().value(name)),
            backend.toDoubles(factorised.parameters().value(name)),
            name);
      }
    }
  }

  @Test
  void initialWeightsHaveTheStandardDeviationsOfGpt2() {
    TransformerConfig config =
        TransformerConfig.gpt2(2000, 64, 8, 4, 16).withHead(new HeadForm.Factorised(16));
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model = TinyModels.initialised(backend, config, 1)) {
      Parameters p = model.parameters();
      assertDeviation(0.02, backend, p.value("transformer.wte.weight"));
      assertDeviation(0.02, backend, p.value("transformer.h.3.attn.c_attn.weight"));
      assertDeviation(0.005, backend, p.value("transformer.h.3.attn.c_proj.weight"));
      assertDeviation(0.005, backend, p.value("transformer.h.7.mlp.c_proj.weight"));
      assertDeviation(0.02, backend, model.head().weights(backend.newScope()));
      assertArrayEquals(filled(64, 1), backend.toDoubles(p.value("transformer.h.0.ln_1.weight")));
      assertArrayEquals(filled(64, 0), backend.toDoubles(p.value("transformer.ln_f.bias")));
    }
  }

  @Test
  void matricesComeBeforeVectorsInTheFlatBuffer() {
    ParameterLayout layout = new ParameterLayout(TinyModels.gpt2());
    for (ParameterSpec spec : layout.specs()) {
      assertEquals(spec.isMatrix(), spec.offset() < layout.matricesSize(), spec.name());
    }
  }

  @Test
  void headThatIsZeroPredictsItsBias() {
    var head = new HeadForm.Linear(false, OutputBias.LOG_UNIGRAM);
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model =
            TinyModels.initialised(backend, TinyModels.gpt2().withHead(head), 5)) {
      backend.fill(model.parameters().value("lm_head.weight"), 0);
      double[] shares = new double[TinyModels.VOCABULARY];
      Arrays.setAll(shares, v -> (v + 1) / (13 * 14 / 2.0));
      model.setOutputBias(Arrays.stream(shares).map(Math::log).toArray());
      int[] targets = {0, 12, 5, 5};
      double expected =
          -Arrays.stream(targets).mapToDouble(v -> Math.log(shares[v])).average().orElseThrow();
      var batch = new Batch(new int[] {1, 2, 3, 4}, targets, 1, 4);
      assertEquals(expected, model.evaluate(batch).meanLoss(), 1e-12);
    }
  }

  @Test
  void biasIsRefusedByAHeadThatHasNone() {
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model = TinyModels.initialised(backend, TinyModels.gpt2(), 5)) {
      assertMessage("lm_head.bias", () -> model.setOutputBias(new double[13]));
    }
  }

  @Test
  void idsThatDoNotFitTheModelAreNamed() {
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model = TinyModels.initialised(backend, TinyModels.gpt2(), 5)) {
      assertMessage("token 13 is outside", () -> model.hiddenStates(new int[] {13}, 1, 1));
      assertMessage("sequences of 8 tokens", () -> model.hiddenStates(new int[8], 1, 8));
      assertMessage(
          "target -2", () -> model.evaluate(new Batch(new int[] {0}, new int[] {-2}, 1, 1)));
    }
  }

  @Test
  void closingGivesAllMemoryBack() {
    try (Backend backend = ReferenceBackend.open()) {
      try (LanguageModel model =
          TinyModels.initialised(
              backend, TinyModels.llama().withHead(new HeadForm.Factorised(2)), 5)) {
        for (int length : new int[] {3, 5}) {
          int[] tokens = new int[2 * length];
          model.lossAndGradients(new Batch(tokens, tokens, 2, length), 1, BlockVisitor.NONE);
          model.evaluate(new Batch(tokens, tokens, 2, length));
        }
      }
      assertEquals(0, backend.memoryUse().bytes());
    }
  }

  @Test
  void extentsThatDoNotFitEachOtherAreRefused() {
    assertMessage(
        "width 10 is not divisible by 4 heads", () -> TransformerConfig.gpt2(9, 10, 1, 4, 8));
    assertMessage(
        "4 heads cannot share 3 key/value heads evenly",
        () -> TransformerConfig.llama(9, 16, 1, 4, 3, 8, 8));
    assertMessage("even head width, not 3", () -> TransformerConfig.llama(9, 12, 1, 4, 4, 8, 8));
    assertMessage(
        "head rank 7 is not between 1 and the width, 6",
        () -> TinyModels.gpt2().withHead(new HeadForm.Factorised(7)));
  }

  private static void assertMessage(String part, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  private static double[] filled(int count, double value) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }

  /** Within five standard errors of a standard deviation, 1/√(2n); 10 % for products. */
  private static void assertDeviation(double expected, Backend backend, Tensor tensor) {
    double measured = Math.sqrt(backend.sumOfSquares(tensor) / tensor.size());
    assertEquals(expected, measured, 0.1 * expected);
  }
}
