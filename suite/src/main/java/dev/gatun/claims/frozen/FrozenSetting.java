package dev.gatun.claims.frozen;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.results.Run;
import java.util.List;
import java.util.stream.Stream;

/**
 * One run: a GPT-2 style model with a head of its own is trained and frozen, its hidden states go
 * to a file, and heads of every rank and rate are trained on them side by side, and the full head,
 * in which the loss is convex, from the model's own on.
 *
 * @param size of the backbone
 * @param bias of its logits, and of those of every head on its hidden states
 * @param training of the backbone, whose batch is also that of the file
 * @param batches record batches of batch·length hidden states
 * @param contexts of one step of a head; divides batch·length
 * @param ranks of the heads, ascending; the last is the width
 * @param rates peak rates to choose from, ascending
 * @param start how heads A·B begin
 * @param windows held-out windows on which rates are chosen, and as many others to report
 * @param seed of initial weights, batches and windows
 */
public record FrozenSetting(
    ModelSize size,
    OutputBias bias,
    UsualTraining training,
    long batches,
    int contexts,
    List<Integer> ranks,
    List<Double> rates,
    HeadStart start,
    int windows,
    long seed)
    implements RunSetting {

  /** What a softmax and its gradient cost for each logit, in the operations of a product. */
  private static final double SOFTMAX_OPERATIONS = 60;

  /** What an AdamW step costs for each parameter, in the operations of a product. */
  private static final double ADAM_OPERATIONS = 100;

  /** Keeps copies of the lists and checks that the extents fit each other. */
  public FrozenSetting {
    ranks = List.copyOf(ranks);
    rates = List.copyOf(rates);
    int rows = training.batch() * size.length();
    if (rows % contexts != 0) {
      throw new IllegalArgumentException(
          "steps of %s contexts do not divide record batches of %s".formatted(contexts, rows));
    }
    if (ranks.isEmpty() || ranks.getLast() != size.width()) {
      throw new IllegalArgumentException(
          "the last of the ranks %s is not the width %s".formatted(ranks, size.width()));
    }
  }

  @Override
  public String arm() {
    return armPrefix() + "frozen-d" + size.width();
  }

  @Override
  public TransformerConfig model() {
    return size.gpt2(new HeadForm.Linear(false, bias));
  }

  /** The same with another bias of the logits. */
  FrozenSetting withBias(OutputBias other) {
    return new FrozenSetting(
        size, other, training, batches, contexts, ranks, rates, start, windows, seed);
  }

  /** Before the names of arms, which are a control if there is a bias. */
  String armPrefix() {
    return bias == OutputBias.NONE ? "" : Run.CONTROL + bias.label() + "-";
  }

  /** Of the backbone; then a batch of hidden states is written, and read, in each. */
  @Override
  public long steps() {
    return training.steps() + 2 * batches;
  }

  @Override
  public long tokens() {
    return (training.steps() + batches) * rows();
  }

  int rows() {
    return batch() * length();
  }

  long headSteps() {
    return batches * (rows() / contexts);
  }

  /** Rank and rate of every head, the full ones first. */
  List<HeadChoice> choices() {
    return Stream.concat(Stream.of(HeadChoice.FULL), ranks.stream())
        .flatMap(rank -> rates.stream().map(rate -> new HeadChoice(rank, rate)))
        .toList();
  }

  /** Numbers of a head's weights. */
  private long weights(HeadChoice choice) {
    long vocabulary = size.vocabulary();
    return choice.isFull()
        ? vocabulary * size.width()
        : choice.rank() * (vocabulary + size.width());
  }

  /**
   * By operations: 6 for each weight and token in training, 2 in the forward pass that writes
   * hidden states, 6r(V + D) for a head of rank r, 6·V·D for a full one.
   */
  @Override
  public double workInSteps() {
    int vocabulary = size.vocabulary();
    double width = size.width();
    double blocks = size.layers() * (12 * width * width + 2 * size.length() * width);
    double logits = vocabulary * width;
    double backbone = 6 * (blocks + logits) + SOFTMAX_OPERATIONS * vocabulary;
    double pass = 2 * blocks;
    double all = 0;
    for (HeadChoice choice : choices()) {
      double weights = weights(choice);
      all += 6 * weights + SOFTMAX_OPERATIONS * vocabulary + ADAM_OPERATIONS * weights / contexts;
    }
    return training.steps() + batches * (pass + all) / backbone;
  }

  /** Every head with its gradient, two moments and a chunk of logits. */
  @Override
  public long measurementBytes(Backend backend) {
    long vocabulary = size.vocabulary();
    long real = backend.real().byteSize();
    long bytes = 0;
    for (HeadChoice choice : choices()) {
      long columns = choice.isFull() ? size.width() : choice.rank();
      long chunk =
          Math.min(
              Math.max(backend.workingSetBytes(), columns * vocabulary * real),
              rows() * vocabulary * real);
      bytes += 4 * weights(choice) * real + chunk;
    }
    return bytes
        + TrainingMemory.ofEvaluation(model(), rows(), backend.real(), backend.workingSetBytes());
  }
}
