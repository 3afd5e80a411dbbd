package dev.gatun.claims.heads;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.ElementType;
import java.util.List;

/**
 * One training run of the comparison of heads: a GPT-2 style model that ends in the head.
 *
 * @param head its form, whose name is the arm of a run that is no trial
 * @param size of the model
 * @param training on the corpus
 * @param windows held-out windows of the loss and the logit gradient
 * @param contexts of them at which the Jacobian is taken, more than D
 * @param evaluations steps after which the loss is taken; 0 is untrained
 * @param trial whether it only tries its learning rate
 * @param seed of initial weights, batches and measured contexts
 */
public record HeadFamilySetting(
    HeadChoice head,
    ModelSize size,
    UsualTraining training,
    int windows,
    int contexts,
    List<Long> evaluations,
    boolean trial,
    long seed)
    implements RunSetting {

  /** Contexts of a rehearsed measurement. */
  static final int REHEARSED = 4;

  /** Keeps a copy of the list. */
  public HeadFamilySetting {
    evaluations = List.copyOf(evaluations);
  }

  @Override
  public String arm() {
    return trial ? "%s-rate%s".formatted(head.label(), training.learningRate()) : head.label();
  }

  @Override
  public TransformerConfig model() {
    return size.gpt2(head.of(size.vocabulary(), size.width()));
  }

  /**
   * In units of Jacobians at four contexts, each of which passes V contexts forward and backward:
   * about 6·V²·D operations. Spectra of G, for batches that double to all N contexts, take 2·N·V²
   * and 4/3·V³ twice where N is above V. A trial takes one loss, far less than a Jacobian.
   */
  @Override
  public long measurements() {
    if (trial) {
      return 0;
    }
    int vocabulary = size.vocabulary();
    double square = (double) vocabulary * vocabulary;
    double spectra = square * (2.0 * windows * size.length() + 8.0 / 3 * vocabulary);
    double unit = REHEARSED * 6 * square * size.width();
    return Math.round(2.0 * contexts / REHEARSED + spectra / unit);
  }

  /**
   * Head inputs of all contexts; a Jacobian and its copy in f64, and the steps of all contexts; or
   * the Gram matrix of G and, held whole for fewer contexts than tokens, G.
   */
  @Override
  public long measurementBytes(Backend backend) {
    int vocabulary = size.vocabulary();
    long real = backend.real().byteSize();
    long f64 = ElementType.F64.byteSize();
    long jacobians =
        (long) vocabulary * ((2 * real + f64) * size.width() + (real + f64) * contexts);
    long all = (long) windows * size.length();
    long spectra = (long) vocabulary * (f64 * vocabulary + real * Math.min(all, vocabulary));
    return TrainingMemory.ofEvaluation(
            model(),
            Math.toIntExact(Math.max(all, vocabulary)),
            backend.real(),
            backend.workingSetBytes())
        + (trial ? 0 : Math.max(jacobians, spectra));
  }

  /** Evenly spread rows of the measured windows. */
  long[] rows() {
    return rows(contexts);
  }

  /** As {@link #rows()}, so many. */
  long[] rows(int count) {
    long[] rows = new long[count];
    for (int i = 0; i < count; i++) {
      rows[i] = (long) i * windows * size.length() / count;
    }
    return rows;
  }
}
