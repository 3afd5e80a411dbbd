package dev.gatun.claims.frozen;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.HeadForm;
import java.util.List;

/**
 * One run: a GPT-2 style model with a head of its own is trained and frozen, its hidden states go
 * to a file, and heads of every rank, rate and scale of entries are trained on them in one pass.
 *
 * @param size of the backbone
 * @param training of the backbone, whose batch is also that of the file
 * @param batches record batches of batch·length hidden states
 * @param contexts of one step of a head; divides batch·length
 * @param ranks of the heads, ascending; the last is the width
 * @param rates peak rates to choose from, ascending
 * @param entries how the entries of A and B are drawn; the first is what claims read
 * @param windows held-out windows on which rates are chosen, and as many others to report
 * @param seed of initial weights, batches and windows
 */
public record FrozenSetting(
    ModelSize size,
    UsualTraining training,
    long batches,
    int contexts,
    List<Integer> ranks,
    List<Double> rates,
    List<EntryScale> entries,
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
    entries = List.copyOf(entries);
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
    return "frozen-d" + size.width();
  }

  @Override
  public TransformerConfig model() {
    return size.gpt2(new HeadForm.Linear(false));
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

  /** Contexts of a record batch. */
  int rows() {
    return batch() * length();
  }

  /** Steps of every head. */
  long headSteps() {
    return batches * (rows() / contexts);
  }

  /** Rank, scale of entries and rate of every head. */
  List<HeadChoice> choices() {
    return ranks.stream()
        .flatMap(rank ->
            entries.stream()
                .flatMap(scale -> rates.stream().map(rate -> new HeadChoice(rank, scale, rate))))
        .toList();
  }

  /**
   * By operations: 6 for each weight and token in training, 2 in the forward pass that writes
   * hidden states, 6r(V + D) for a head of rank r.
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
      double weights = choice.rank() * (vocabulary + width);
      all += 6 * weights + SOFTMAX_OPERATIONS * vocabulary + ADAM_OPERATIONS * weights / contexts;
    }
    return training.steps() + batches * (pass + all) / backbone;
  }

  /** Every head with its gradient, two moments and a chunk of logits. */
  @Override
  public long measurementBytes(Backend backend) {
    int vocabulary = size.vocabulary();
    long real = backend.real().byteSize();
    long bytes = 0;
    for (HeadChoice choice : choices()) {
      long weights = (long) choice.rank() * (vocabulary + size.width());
      long chunk =
          Math.min(
              Math.max(backend.workingSetBytes(), (long) choice.rank() * vocabulary * real),
              (long) rows() * vocabulary * real);
      bytes += 4 * weights * real + chunk;
    }
    return bytes
        + TrainingMemory.ofEvaluation(model(), rows(), backend.real(), backend.workingSetBytes());
  }
}
