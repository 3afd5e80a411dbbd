package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.BatchSource;
import dev.gatun.data.Randomness;
import dev.gatun.data.SpamLang;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.HeadScores;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import dev.gatun.train.LearningRateSchedule.Form;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.MomentumSgdSettings;
import dev.gatun.train.TrainingConfig.OptimiserSettings;
import dev.gatun.train.TrainingConfig.WeightDecayOn;
import dev.gatun.train.TrainingListener.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What training promises, on one backend. */
abstract class TrainingContract {
  private static final TransformerConfig MODEL = TransformerConfig.llama(11, 8, 2, 2, 1, 12, 6);
  private static final long STEPS = 20;

  @TempDir Path folder;
  private Backend backend;
  private TransformerConfig shape = MODEL;

  abstract Backend open();

  @BeforeEach
  void openBackend() {
    backend = open();
  }

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void lossOfATrivialLanguageFalls() {
    List<Double> losses = new ArrayList<>();
    train(
        config(5e-2),
        new TrainingListener() {
          @Override
          public void stepFinished(StepReport report) {
            losses.add(report.loss());
          }
        });
    assertEquals(STEPS, losses.size());
    assertEquals(Math.log(11), losses.getFirst(), 0.05);
    assertTrue(losses.getLast() < 0.7 * losses.getFirst(), losses.toString());
  }

  @Test
  void interruptedAndResumedRunEndsWithTheBytesOfAStraightOne() throws IOException {
    assertResumesToTheSameBytes(config(1e-2));
  }

  @Test
  void interruptedAndResumedRunWithMomentumEndsWithTheBytesOfAStraightOne() throws IOException {
    assertResumesToTheSameBytes(
        with(config(1), new MomentumSgdSettings(0.9, 0.01, WeightDecayOn.ALL)));
  }

  @ParameterizedTest
  @EnumSource(
      value = OutputBias.class,
      names = {"LEARNED", "LOG_UNIGRAM"})
  void interruptedAndResumedRunWithAnOutputBiasEndsWithTheBytesOfAStraightOne(OutputBias bias)
      throws IOException {
    shape = MODEL.withHead(new HeadForm.Linear(false, bias));
    assertResumesToTheSameBytes(config(1e-2));
  }

  @Test
  void outputBiasFixedAtLogUnigramStaysWhatItIs() {
    shape = MODEL.withHead(new HeadForm.Linear(true, OutputBias.LOG_UNIGRAM));
    double[] bias = new double[11];
    Arrays.setAll(bias, v -> -0.25 * (v + 1));
    TrainingConfig decaying =
        with(config(1e-2), new AdamWSettings(0.9, 0.95, 1e-8, 0.1, WeightDecayOn.ALL));
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, decaying)) {
      model.setOutputBias(bias);
      trainer.run();
      assertArrayEquals(bias, backend.toDoubles(model.parameters().value("lm_head.bias")));
    }
  }

  @Test
  void learnedOutputBiasLearnsAndDoesNotDecay() {
    shape = MODEL.withHead(new HeadForm.Linear(false, OutputBias.LEARNED));
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, config(1e-2))) {
      trainer.run();
      double[] bias = backend.toDoubles(model.parameters().value("lm_head.bias"));
      assertTrue(Arrays.stream(bias).allMatch(b -> b != 0), Arrays.toString(bias));
    }
    try (LanguageModel model = model();
        Optimiser decay =
            Optimiser.of(
                backend,
                model.parameters(),
                new AdamWSettings(0.9, 0.95, 1e-8, 0.1, WeightDecayOn.ALL))) {
      double[] bias = new double[11];
      Arrays.fill(bias, 2);
      model.setOutputBias(bias);
      step(decay, 1, 0.5, 1);
      assertArrayEquals(bias, backend.toDoubles(model.parameters().value("lm_head.bias")));
      assertEquals(0.95, backend.toDoubles(model.parameters().value("model.norm.weight"))[0], 1e-6);
    }
  }

  private void step(Optimiser optimiser, long number, double learningRate, double gradientScale) {
    try (TensorScope scope = backend.newScope()) {
      Tensor numbers = scope.zeros(ElementType.F64, StepNumbers.SIZE);
      backend.write(new StepNumbers(number, learningRate, gradientScale).values(), numbers);
      optimiser.step(numbers);
    }
  }

  private void assertResumesToTheSameBytes(TrainingConfig config) throws IOException {
    RunCheckpoint straight = checkpoint("straight", config);
    RunCheckpoint stopped = checkpoint("stopped", config);
    assertEquals(Outcome.FINISHED, train(config, straight));
    // The step after the one that is reported is under way where the device works behind the calls.
    long stoppedAt = backend.worksBehindCalls() ? 8 : 7;
    try (LanguageModel model = model()) {
      StopAfter stop = new StopAfter(7);
      try (Trainer trainer = trainer(model, config, stop, stopped)) {
        stop.trainer = trainer;
        assertEquals(Outcome.INTERRUPTED, trainer.run());
        assertEquals(stoppedAt, trainer.step());
      }
    }
    assertFalse(Arrays.equals(bytes(straight), bytes(stopped)));
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, config, stopped)) {
      stopped.restore(trainer);
      assertEquals(stoppedAt, trainer.step());
      assertEquals(Outcome.FINISHED, trainer.run());
    }
    assertArrayEquals(bytes(straight), bytes(stopped));
  }

  @Test
  void momentumStepsAreThoseOfTheRecurrence() {
    var settings = new MomentumSgdSettings(0.75, 0.125, WeightDecayOn.MATRICES);
    try (LanguageModel model = model();
        Optimiser optimiser = Optimiser.of(backend, model.parameters(), settings)) {
      String matrix = "model.layers.0.mlp.down_proj.weight";
      String norm = "model.norm.weight";
      double weight = backend.toDoubles(model.parameters().value(matrix))[0];
      backend.fill(model.parameters().gradient(matrix), 2);
      backend.fill(model.parameters().gradient(norm), 2);
      double velocity = 0;
      double normWeight = 1;
      for (int step = 1; step <= 3; step++) {
        step(optimiser, step, 0.5, 0.25);
        velocity = 0.75 * velocity + 0.25 * 2;
        weight = weight * (1 - 0.5 * 0.125) - 0.5 * velocity;
        normWeight -= 0.5 * velocity;
      }
      assertEquals(weight, backend.toDoubles(model.parameters().value(matrix))[0], 1e-6);
      assertEquals(normWeight, backend.toDoubles(model.parameters().value(norm))[0], 1e-6);
    }
  }

  @Test
  void checkpointOfAnotherOptimiserIsRefused() {
    RunCheckpoint saved = checkpoint("saved", config(1e-2));
    train(config(1e-2), saved);
    TrainingConfig other = with(config(1e-2), MomentumSgdSettings.usual());
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, other)) {
      RunCheckpoint same = checkpoint("saved", other);
      ConfigException e = assertThrows(ConfigException.class, () -> same.restore(trainer));
      assertTrue(e.getMessage().contains("it belongs to another run"), e.getMessage());
    }
  }

  @Test
  void measuringBetweenStepsDoesNotChangeTheResult() throws IOException {
    TrainingConfig config = config(1e-2);
    RunCheckpoint plain = checkpoint("plain", config);
    RunCheckpoint measured = checkpoint("measured", config);
    train(config, plain);
    List<Long> reached = new ArrayList<>();
    train(
        config,
        measured,
        new TrainingListener() {
          @Override
          public void reached(long step, LanguageModel model) {
            reached.add(step);
            measure(model);
          }
        });
    assertEquals(STEPS + 1, reached.size());
    assertEquals(STEPS, reached.getLast());
    assertArrayEquals(bytes(plain), bytes(measured));
  }

  private static void measure(LanguageModel model) {
    int[] tokens = {1, 2, 3, 4};
    model.lossAndGradients(new Batch(tokens, tokens, 2, 2), 0.25, BlockVisitor.NONE);
    HeadInputs at = model.headInputs(new Batch(tokens, tokens, 1, 4));
    model.head().streamGradient(at.hidden(), at.targets(), at.meanScale(), (_, _) -> {});
    model.head().scores(at.hidden(), at.targets());
  }

  @Test
  void checkpointOfAnotherRunIsRefusedNamingTheDifference() {
    RunCheckpoint saved = checkpoint("saved", config(1e-2));
    train(config(1e-2), saved);
    TrainingConfig other = config(2e-2);
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, other)) {
      RunCheckpoint same = checkpoint("saved", other);
      ConfigException e = assertThrows(ConfigException.class, () -> same.restore(trainer));
      assertTrue(
          e.getMessage().contains("training.schedule.peak is 0.02 here, but 0.01 there"),
          e.getMessage());
      assertEquals(0, trainer.step());
    }
  }

  @Test
  void truncatedCheckpointIsRefused() throws IOException {
    RunCheckpoint saved = checkpoint("saved", config(1e-2));
    train(config(1e-2), saved);
    Files.write(saved.file(), Arrays.copyOf(bytes(saved), 2000));
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, config(1e-2))) {
      assertThrows(SafetensorsException.class, () -> saved.restore(trainer));
    }
  }

  @Test
  void checkpointIsWrittenAtItsInterval() {
    List<Long> written = new ArrayList<>();
    train(
        config(1e-2),
        new TrainingListener() {
          @Override
          public void checkpointDue(Trainer trainer) {
            written.add(trainer.step());
          }
        });
    assertEquals(List.of(5L, 10L, 15L, 20L), written);
  }

  @Test
  void evaluationComesAtItsIntervalAndAtTheEnd() {
    List<Long> evaluated = new ArrayList<>();
    train(
        config(1e-2),
        new TrainingListener() {
          @Override
          public void evaluated(long step, HeadScores scores) {
            assertEquals(3 * 4 * 6, scores.targets());
            evaluated.add(step);
          }
        });
    assertEquals(List.of(8L, 16L, 20L), evaluated);
  }

  @Test
  void accumulatedBatchesMakeTheStepOfOneLargeBatch() {
    BatchSource small = new SpamLang(11, 4, 6, Randomness.of(3));
    BatchSource joined = step -> join(small.batch(2 * step), small.batch(2 * step + 1));
    double[] accumulated = parametersAfter(withAccumulation(config(1e-2), 4, 2), small);
    double[] large = parametersAfter(withAccumulation(config(1e-2), 8, 1), joined);
    double eps = backend.real().byteSize() == 8 ? 1e-12 : 1e-4;
    assertArrayEquals(large, accumulated, eps);
  }

  @Test
  void weightDecayOnMatricesSparesNorms() {
    // With a learning rate and no gradient, only decay moves a parameter.
    double[] spared = normAfterDecay(WeightDecayOn.MATRICES);
    double[] decayed = normAfterDecay(WeightDecayOn.ALL);
    assertEquals(1, spared[0]);
    assertEquals(1 - 0.5 * 0.1, decayed[0], 1e-7);
    assertEquals(spared[1], decayed[1]);
    assertTrue(spared[1] < 1);
  }

  /** A norm's weight, and the shrinkage of a matrix, after one step of pure decay. */
  private double[] normAfterDecay(WeightDecayOn on) {
    try (LanguageModel model = model();
        AdamW optimiser =
            new AdamW(backend, model.parameters(), new AdamWSettings(0.9, 0.95, 1e-8, 0.1, on))) {
      String matrix = "model.layers.0.mlp.down_proj.weight";
      double before = backend.toDoubles(model.parameters().value(matrix))[0];
      step(optimiser, 1, 0.5, 1);
      return new double[] {
        backend.toDoubles(model.parameters().value("model.norm.weight"))[0],
        backend.toDoubles(model.parameters().value(matrix))[0] / before
      };
    }
  }

  @Test
  void clippedGradientHasTheNormOfTheLimit() {
    // AdamW's first moment after one step is (1 − beta1) times the gradient it was given.
    TrainingConfig config = withClipping(config(1e-2), 1, 1e-3);
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, config)) {
      trainer.run();
      double norm =
          Math.sqrt(backend.sumOfSquares(trainer.optimiser().state().get("first_moment")));
      assertEquals(0.1 * 1e-3, norm, 1e-9);
    }
  }

  @Test
  void notANumberStopsTheRunNamingStepAndTensorAndLeavesTheParameters() {
    String tensor = "model.layers.1.mlp.up_proj.weight";
    List<double[]> before = new ArrayList<>();
    TrainingListener poison =
        new TrainingListener() {
          @Override
          public void reached(long step, LanguageModel model) {
            if (step == 3) {
              double[] values = backend.toDoubles(model.parameters().value(tensor));
              values[5] = Double.NaN;
              backend.write(values, model.parameters().value(tensor));
              before.add(backend.toDoubles(model.parameters().values()));
            }
          }
        };
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, config(1e-2), poison)) {
      DivergedException e = assertThrows(DivergedException.class, trainer::run);
      assertTrue(
          e.getMessage().startsWith("step 4: parameter " + tensor + " is not finite"),
          e.getMessage());
      assertArrayEquals(before.getFirst(), backend.toDoubles(model.parameters().values()));
    }
  }

  @Test
  void aStepThatIsNotFiniteIsNamedThoughTheNextOneIsUnderWay() {
    // Its square is no number of the type: the parameters are finite, and the gradient is not.
    double large = backend.real().byteSize() == 8 ? 1e200 : 1e38;
    List<Long> finished = new ArrayList<>();
    TrainingListener poison =
        new TrainingListener() {
          @Override
          public void reached(long step, LanguageModel model) {
            if (step == 3) {
              model.backend().fill(model.parameters().value("lm_head.weight"), large);
              model.backend().fill(model.parameters().value("model.norm.weight"), large);
            }
          }

          @Override
          public void stepFinished(StepReport report) {
            finished.add(report.step());
          }
        };
    for (TrainingConfig config :
        List.of(config(1e-2), with(config(1e-2), MomentumSgdSettings.usual()))) {
      finished.clear();
      try (LanguageModel model = model();
          Trainer trainer = trainer(model, withAccumulation(config, 4, 3), poison)) {
        DivergedException e = assertThrows(DivergedException.class, trainer::run);
        assertTrue(e.getMessage().startsWith("step 4: the gradient of "), e.getMessage());
        assertEquals(List.of(1L, 2L, 3L), finished);
        double[] values = backend.toDoubles(model.parameters().value("lm_head.weight"));
        assertEquals(large, values[0], 1e-6 * large);
      }
    }
  }

  @Test
  void overflowingGradientIsNamed() {
    TrainingListener explode =
        new TrainingListener() {
          @Override
          public void reached(long step, LanguageModel model) {
            model.backend().fill(model.parameters().value("lm_head.weight"), 1e300);
            model.backend().fill(model.parameters().value("model.norm.weight"), 1e30);
          }
        };
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, config(1e-2), explode)) {
      DivergedException e = assertThrows(DivergedException.class, trainer::run);
      assertTrue(e.getMessage().startsWith("step 1: "), e.getMessage());
    }
  }

  private static final class StopAfter implements TrainingListener {
    private final long steps;
    private Trainer trainer;

    StopAfter(long steps) {
      this.steps = steps;
    }

    @Override
    public void stepFinished(StepReport report) {
      if (report.step() == steps) {
        trainer.requestStop();
      }
    }
  }

  private Outcome train(TrainingConfig config, TrainingListener... listeners) {
    try (LanguageModel model = model();
        Trainer trainer = trainer(model, config, listeners)) {
      return trainer.run();
    }
  }

  private double[] parametersAfter(TrainingConfig config, BatchSource batches) {
    try (LanguageModel model = model();
        Trainer trainer = new Trainer(model, config, batches, Optional.empty(), List.of())) {
      trainer.run();
      return backend.toDoubles(model.parameters().values());
    }
  }

  private LanguageModel model() {
    Randomness weights = Randomness.of(1).stream("weights");
    return LanguageModel.initialise(
        backend, shape, (name, out, d) -> weights.stream(name).gaussian(out, d));
  }

  private Trainer trainer(
      LanguageModel model, TrainingConfig config, TrainingListener... listeners) {
    BatchSource batches = new SpamLang(11, 4, 6, Randomness.of(1).stream("batches"));
    BatchSource held = new SpamLang(11, 4, 6, Randomness.of(1).stream("evaluation"));
    return new Trainer(
        model, config, batches, Optional.of(new EvaluationSet(held, 5)), List.of(listeners));
  }

  private RunCheckpoint checkpoint(String name, TrainingConfig config) {
    return new RunCheckpoint(
        folder.resolve(name + ".safetensors"),
        RunIdentity.of(shape, new DataConfig.SpamLang(), config, "generated"));
  }

  private static TrainingConfig config(double learningRate) {
    return new TrainingConfig(
        STEPS,
        4,
        6,
        1,
        new LearningRateSchedule(Form.COSINE, learningRate, 3, STEPS, 0.1),
        AdamWSettings.usual(),
        1,
        1,
        8,
        3,
        5);
  }

  private static TrainingConfig with(TrainingConfig c, OptimiserSettings optimiser) {
    return new TrainingConfig(
        c.steps(),
        c.batch(),
        c.length(),
        c.accumulation(),
        c.schedule(),
        optimiser,
        c.clipNorm(),
        c.seed(),
        c.evaluationInterval(),
        c.evaluationBatches(),
        c.checkpointInterval());
  }

  private static TrainingConfig withAccumulation(TrainingConfig c, int batch, int accumulation) {
    return new TrainingConfig(
        c.steps(),
        batch,
        c.length(),
        accumulation,
        c.schedule(),
        c.optimiser(),
        c.clipNorm(),
        c.seed(),
        0,
        1,
        0);
  }

  private static TrainingConfig withClipping(TrainingConfig c, long steps, double clipNorm) {
    return new TrainingConfig(
        steps,
        c.batch(),
        c.length(),
        1,
        LearningRateSchedule.constant(0.01, steps),
        c.optimiser(),
        clipNorm,
        c.seed(),
        0,
        1,
        0);
  }

  private static Batch join(Batch a, Batch b) {
    return new Batch(
        concatenate(a.inputs(), b.inputs()),
        concatenate(a.targets(), b.targets()),
        a.batch() + b.batch(),
        a.length());
  }

  private static int[] concatenate(int[] a, int[] b) {
    int[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private static byte[] bytes(RunCheckpoint checkpoint) throws IOException {
    return Files.readAllBytes(checkpoint.file());
  }
}
