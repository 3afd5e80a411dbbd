package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.data.Batch;
import dev.gatun.data.BatchSource;
import dev.gatun.data.Randomness;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import dev.gatun.train.StepReport;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingListener;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A piece of work that both sides can do.
 *
 * @param peerVariants the peer's names for it; the fastest counts
 * @param tokens tokens of one run, 0 if it has none
 * @param repetition does it again and again on Gatun's side
 */
record Work(String name, List<String> peerVariants, long tokens, Repetition repetition) {

  /** Does a piece of work {@code rounds} times and tells the listener after each. */
  interface Repetition {
    void run(Backend backend, int rounds, Listener listener);
  }

  /** Hears how long a round took. */
  interface Listener {
    void finished(int round, double seconds);
  }

  static final List<Work> ALL =
      List.of(
          step("spamlang", 8192, 32, 2, 4, 64, 128),
          step("text", 4096, 128, 2, 4, 128, 16),
          step("wide", 50_257, 768, 2, 12, 256, 2),
          new Work("cross-entropy", List.of("cross-entropy"), 0, Work::crossEntropy),
          new Work("svd", List.of("svd-tall"), 0, Work::singularValues),
          // The same work again, against a PyTorch user who writes the Gram matrix by hand.
          new Work("svd-by-hand", List.of("svd-gram"), 0, Work::singularValues));

  void repeat(Backend backend, int rounds, Listener listener) {
    repetition.run(backend, rounds, listener);
  }

  private static Work step(
      String name, int vocabulary, int width, int layers, int heads, int length, int batch) {
    TransformerConfig config =
        TransformerConfig.gpt2(vocabulary, width, layers, heads, length)
            .withHead(new HeadForm.Linear(false));
    return new Work(
        name,
        List.of(name),
        (long) batch * length,
        (backend, rounds, listener) -> train(backend, config, batch, rounds, listener));
  }

  private static void train(
      Backend backend, TransformerConfig config, int batch, int rounds, Listener listener) {
    var randomness = Randomness.of(1);
    int length = config.contextLength();
    var listening =
        new TrainingListener() {
          @Override
          public void stepFinished(StepReport report) {
            listener.finished((int) report.step() - 1, report.nanosElapsed() * 1e-9);
          }
        };
    var training = TrainingConfig.of(rounds, batch, length, 1e-3, 1);
    try (var model =
            LanguageModel.initialise(
                backend,
                config,
                (stream, out, deviation) -> randomness.stream(stream).gaussian(out, deviation));
        var trainer =
            new Trainer(
                model,
                training,
                randomTokens(config.vocabulary(), batch, length),
                Optional.empty(),
                List.of(listening))) {
      trainer.run();
    }
  }

  private static BatchSource randomTokens(int vocabulary, int batch, int length) {
    var random = new Random(1);
    int[] inputs = random.ints((long) batch * length, 0, vocabulary).toArray();
    int[] targets = random.ints((long) batch * length, 0, vocabulary).toArray();
    return _ -> new Batch(inputs, targets, batch, length);
  }

  private static void crossEntropy(Backend backend, int rounds, Listener listener) {
    int rows = 2048;
    int classes = 8192;
    try (TensorScope scope = backend.newScope()) {
      var random = new Random(1);
      var values = new float[rows * classes];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) random.nextGaussian();
      }
      Tensor given = scope.zeros(ElementType.F32, rows, classes);
      backend.write(values, given);
      Tensor logits = scope.zeros(ElementType.F32, rows, classes);
      Tensor losses = scope.zeros(ElementType.F32, rows);
      Tensor targets = scope.zeros(ElementType.I32, rows);
      backend.write(random.ints(rows, 0, classes).toArray(), targets);
      time(
          rounds,
          listener,
          () -> backend.copy(given, logits),
          () -> backend.crossEntropy(logits, targets, 1.0 / rows, losses));
    }
  }

  private static void singularValues(Backend backend, int rounds, Listener listener) {
    int rows = 2048;
    int cols = 16_384;
    try (TensorScope scope = backend.newScope()) {
      Tensor matrix = scope.zeros(ElementType.F64, rows, cols);
      backend.write(new Random(1).doubles((long) rows * cols, -1, 1).toArray(), matrix);
      Tensor gram = scope.zeros(ElementType.F64, rows, rows);
      Tensor eigenvalues = scope.zeros(ElementType.F64, rows);
      time(
          rounds,
          listener,
          () -> {},
          () -> {
            backend.syrk(Transpose.NO, matrix, 0, gram);
            backend.symmetricEigenvalues(gram, eigenvalues);
          });
    }
  }

  private static void time(int rounds, Listener listener, Runnable prepare, Runnable work) {
    for (int round = 0; round < rounds; round++) {
      prepare.run();
      long start = System.nanoTime();
      work.run();
      listener.finished(round, (System.nanoTime() - start) * 1e-9);
    }
  }
}
