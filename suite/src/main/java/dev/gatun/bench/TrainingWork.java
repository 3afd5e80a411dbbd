package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.data.BatchSource;
import dev.gatun.data.Randomness;
import dev.gatun.model.HeadForm;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.Batch;
import dev.gatun.train.StepReport;
import dev.gatun.train.Trainer;
import dev.gatun.train.TrainingConfig;
import dev.gatun.train.TrainingListener;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Whole training steps: forward, backward, gradient norm and AdamW, on random tokens. */
record TrainingWork(
    String name, List<String> peers, TransformerConfig config, int batch, int warmUp) {
  static final TrainingWork SPAMLANG = eager("spamlang", untied(8192, 32, 2, 4, 64), 128, 50);
  static final TrainingWork TEXT = eager("text", untied(4096, 128, 2, 4, 128), 16, 100);

  /** On a GPU, where starting kernels is most of it. */
  static final TrainingWork TEXT_COMPILED =
      new TrainingWork("text", compiled("text"), TEXT.config, 16, 100);

  static final TrainingWork WIDE = eager("wide", untied(50_257, 768, 2, 12, 256), 2, 15);

  /** Shows that a training step runs, and no more. */
  static final TrainingWork SMALL =
      new TrainingWork("spamlang", List.of(), untied(64, 16, 1, 2, 16), 2, 3);

  /** SpamLang at its paper's size: the backbone of SmolLM2-135M. */
  static final TrainingWork SPAMLANG_PAPER =
      compiled("spamlang-paper", TransformerConfig.llama(131_072, 576, 30, 9, 3, 1536, 64), 128);

  static final TrainingWork GPT2 =
      compiled("gpt2-124m", TransformerConfig.gpt2(50_257, 768, 12, 12, 1024), 16);

  /** Models with the operations of these two, to show that a step of them can be timed. */
  static final TrainingWork SMALL_SPAMLANG =
      compiled(SPAMLANG_PAPER.name, TransformerConfig.llama(64, 24, 2, 3, 1, 48, 16), 2);

  static final TrainingWork SMALL_GPT2 =
      compiled(GPT2.name, TransformerConfig.gpt2(64, 16, 2, 2, 16), 2);

  /**
   * How far the loss of an untrained model may lie from ln V, relative to it. The head's weights
   * are N(0, 0.02²) and the last norm leaves hidden states of mean square 1, so that a logit has
   * the variance s² = 0.02²·D and the loss on random targets is ln V + s²/2 on average: 1.4 % more
   * than ln V at most, in {@link #GPT2} and {@link #WIDE}.
   */
  private static final double LOSS_TOLERANCE = 0.02;

  /** AdamW reads a weight, its gradient and two moments, and writes all but the gradient. */
  private static final double BYTES_PER_WEIGHT = 7 * Float.BYTES;

  private static TransformerConfig untied(
      int vocabulary, int width, int layers, int heads, int length) {
    return TransformerConfig.gpt2(vocabulary, width, layers, heads, length)
        .withHead(new HeadForm.Linear(false));
  }

  private static TrainingWork eager(String name, TransformerConfig config, int batch, int warmUp) {
    return new TrainingWork(name, List.of(name), config, batch, warmUp);
  }

  /** Against {@code torch.compile} as well. */
  private static TrainingWork compiled(String name, TransformerConfig config, int batch) {
    return new TrainingWork(name, compiled(name), config, batch, 10);
  }

  /** The peer's names for a piece of work: eager, and in each mode of {@code torch.compile}. */
  static List<String> compiled(String name) {
    return List.of(
        name,
        name + "-compiled",
        name + "-compiled-reduce-overhead",
        name + "-compiled-max-autotune");
  }

  Work work() {
    long tokens = (long) batch * config.contextLength();
    var cost = new Cost(tokens * flopsPerToken(), 0, BYTES_PER_WEIGHT * weights());
    return new Work(name, peers, tokens, cost, warmUp, this::repeat);
  }

  /**
   * Floating-point operations of a training step per token: 6 for each weight of a matrix product,
   * and 12·layers·heads·headWidth·T for attention, of which the causal half is needed (Chowdhery et
   * al., arXiv 2204.02311, appendix B).
   */
  private double flopsPerToken() {
    double heads = config.heads();
    double headWidth = config.headWidth();
    return 6 * weights() + 6 * config.layers() * heads * headWidth * config.contextLength();
  }

  /** Weights of matrix products. */
  private double weights() {
    double heads = config.heads();
    double width = config.width();
    double headWidth = config.headWidth();
    double attention = width * headWidth * (2 * heads + 2.0 * config.keyValueHeads());
    double mlp = (config.activation().isGated() ? 3 : 2) * width * config.mlpWidth();
    return config.layers() * (attention + mlp) + width * config.vocabulary();
  }

  private void repeat(Backend backend, int rounds, Work.Listener listener) {
    var listening =
        new TrainingListener() {
          private long start;

          @Override
          public void reached(long step, LanguageModel model) {
            // A GPU works behind the calls; here each step is timed by itself, from start to end.
            backend.synchronise();
            if (step > 0) {
              listener.finished((int) step - 1, (System.nanoTime() - start) * 1e-9);
            }
            start = System.nanoTime();
          }
        };
    try (LanguageModel model = model(backend);
        Trainer trainer = trainer(model, rounds, List.of(listening, lossCheck()))) {
      trainer.run();
    }
  }

  /** Refuses to time a step whose results are wrong: the loss of an untrained model is known. */
  TrainingListener lossCheck() {
    double expected = Math.log(config.vocabulary());
    return new TrainingListener() {
      @Override
      public void stepFinished(StepReport report) {
        double error = Math.abs(report.loss() - expected);
        // A comparison with NaN is false.
        if (report.step() == 1 && !(error <= LOSS_TOLERANCE * expected)) {
          throw new IllegalStateException(
              "the loss of the untrained model is %.4f, which is not within 2 %% of ln V = %.4f, so a result of this device is wrong; gatun selftest looks for it"
                  .formatted(report.loss(), expected));
        }
      }
    };
  }

  LanguageModel model(Backend backend) {
    var randomness = Randomness.of(1);
    return LanguageModel.initialise(
        backend,
        config,
        (stream, out, deviation) -> randomness.stream(stream).gaussian(out, deviation));
  }

  Trainer trainer(LanguageModel model, int steps, List<TrainingListener> listeners) {
    var training = TrainingConfig.of(steps, batch, config.contextLength(), 1e-3, 1);
    return new Trainer(model, training, randomTokens(), Optional.empty(), listeners);
  }

  private BatchSource randomTokens() {
    var random = new Random(1);
    int length = config.contextLength();
    int[] inputs = random.ints((long) batch * length, 0, config.vocabulary()).toArray();
    int[] targets = random.ints((long) batch * length, 0, config.vocabulary()).toArray();
    return _ -> new Batch(inputs, targets, batch, length);
  }
}
