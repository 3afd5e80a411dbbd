package dev.gatun.claims;

import dev.gatun.backend.AdamWStep;
import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Batch;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.LogitGradientTap;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.Tensor;
import java.util.function.Consumer;

/** Trains the model of a setting and stops at its checkpoints. */
final class BottleneckTraining {
  private final BottleneckSetting setting;
  private final TokenizedCorpus corpus;
  private final Randomness randomness;

  BottleneckTraining(BottleneckSetting setting, TokenizedCorpus corpus, Randomness randomness) {
    this.setting = setting;
    this.corpus = corpus;
    this.randomness = randomness;
  }

  /** Looks at the model after so many steps. */
  interface Checkpoint {
    void reached(LanguageModel model, int step);
  }

  /** Trains from the beginning to the end. */
  void run(Backend backend, Consumer<Progress> listener, Checkpoint checkpoint) {
    try (LanguageModel model = LanguageModel.initialise(backend, config(), this::normals);
        TensorScope scope = backend.newScope()) {
      var batches =
          new RandomWindows(
              corpus.train(), setting.batch(), setting.length(), randomness.stream("batches"));
      long n = model.parameters().values().size();
      Tensor m = scope.zeros(backend.real(), n);
      Tensor v = scope.zeros(backend.real(), n);
      checkpoint.reached(model, 0);
      for (int step = 1; step <= setting.steps(); step++) {
        Batch batch = batches.batch(step - 1);
        model.parameters().clearGradients();
        double loss =
            model.lossAndGradients(
                batch.inputs(),
                batch.targets(),
                batch.batch(),
                batch.length(),
                1.0 / batch.targets().length,
                LogitGradientTap.NONE);
        double lr =
            setting.learningRate()
                * Math.min(1, (double) step / setting.warmupSteps())
                * (0.55 + 0.45 * Math.cos(Math.PI * step / setting.steps()));
        backend.adamW(
            new AdamWStep(lr, 0.9, 0.95, 1e-8, 0, step, 1),
            model.parameters().values(),
            model.parameters().gradients(),
            m,
            v);
        if (setting.checkpoints().contains(step)) {
          checkpoint.reached(model, step);
        }
      }
    }
  }

  private TransformerConfig config() {
    return TransformerConfig.gpt2(
            setting.vocabulary(),
            setting.width(),
            setting.layers(),
            setting.heads(),
            setting.length())
        .withHead(new TransformerConfig.HeadForm.Linear(false));
  }

  private void normals(String stream, float[] out, double standardDeviation) {
    randomness.stream("weights").stream(stream).gaussian(out, standardDeviation);
  }
}
