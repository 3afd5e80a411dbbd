package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.UsualTraining;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.results.Run;
import dev.gatun.spectrum.QrSpectrum;
import dev.gatun.tensor.ElementType;
import java.util.List;

/**
 * One training run of the gradient-bottleneck experiment: a GPT-2 style model with a head of its
 * own (untied), trained on the corpus and measured on fixed held-out contexts.
 *
 * @param size of the model
 * @param head the head's form
 * @param bias of its logits; a linear head's alone
 * @param training on the corpus
 * @param windows measured windows: N = windows·length contexts
 * @param checkpoints steps after which the head is measured; 0 is untrained
 * @param spectrumSteps those at which all singular values are taken
 * @param anatomySteps those at which G is taken apart: losses along directions, energy by component
 * @param rankWindows windows of the batch whose ranks are taken, before training and at its end; 0
 *     for none
 * @param seed of initial weights, batches, measured contexts and random heads
 */
public record BottleneckSetting(
    ModelSize size,
    HeadChoice head,
    OutputBias bias,
    UsualTraining training,
    int windows,
    List<Integer> checkpoints,
    List<Integer> spectrumSteps,
    List<Integer> anatomySteps,
    int rankWindows,
    long seed)
    implements RunSetting {

  /** Keeps copies of the lists. */
  public BottleneckSetting {
    checkpoints = List.copyOf(checkpoints);
    spectrumSteps = List.copyOf(spectrumSteps);
    anatomySteps = List.copyOf(anatomySteps);
    requireCheckpoints("spectra", spectrumSteps, checkpoints);
    requireCheckpoints("anatomy", anatomySteps, checkpoints);
  }

  private static void requireCheckpoints(
      String what, List<Integer> steps, List<Integer> checkpoints) {
    if (!checkpoints.containsAll(steps)) {
      throw new IllegalArgumentException(
          "%s at steps %s need checkpoints there, which are %s"
              .formatted(what, steps, checkpoints));
    }
  }

  /** As in {@code d48}, or {@code control-log-unigram-d48} with a bias. */
  @Override
  public String arm() {
    String width = "d" + size.width();
    return bias == OutputBias.NONE ? width : "%s%s-%s".formatted(Run.CONTROL, bias.label(), width);
  }

  @Override
  public TransformerConfig model() {
    return size.gpt2(
        bias == OutputBias.NONE
            ? head.of(size.vocabulary(), size.width())
            : new HeadForm.Linear(false, bias));
  }

  /**
   * In units of a projection, about 8·N·V·D operations for the head and the random one, as they are
   * and centred. Singular values take a Gram matrix and its eigenvalues for G and for the step,
   * N·V² + 4/3·V³ each, and reading G and the step again for the residual: half of that once more.
   * To take G apart takes one more with its eigenvectors, N·V² + 12·V³, and about 3,000·N·V for all
   * losses. Ranks take QR decompositions of R rows, 6·R·V², and two decompositions of V×V, 8/3·V³
   * each, before training and after.
   */
  @Override
  public long measurements() {
    int vocabulary = size.vocabulary();
    double projection = 8.0 * contexts() * vocabulary * size.width();
    double square = (double) vocabulary * vocabulary;
    double spectra = 2.5 * (contexts() * square + 4.0 / 3 * vocabulary * square);
    double anatomy =
        1.0 * contexts() * square + 12.0 * vocabulary * square + 3000.0 * contexts() * vocabulary;
    double ranks =
        rankWindows == 0 ? 0 : 2 * (6.0 * rankContexts() * square + 16.0 / 3 * vocabulary * square);
    double all = spectrumSteps.size() * spectra + anatomySteps.size() * anatomy + ranks;
    return checkpoints.size() + Math.round(all / projection);
  }

  /**
   * Head inputs of all contexts; W, the random head, both centred and a basis in f64, and a chunk
   * of G; with singular values a Gram matrix, and H, W and HᵀG of the step in f64; with singular
   * vectors two matrices of that size more, which divide and conquer works in. Ranks take what
   * their QR decompositions do, and H and W in f64.
   */
  @Override
  public long measurementBytes(Backend backend) {
    int vocabulary = size.vocabulary();
    int width = size.width();
    long f64 = ElementType.F64.byteSize();
    long head = f64 * vocabulary * width;
    long chunk = backend.workingSetBytes() * (f64 / backend.real().byteSize());
    long projection = 5 * head + 3 * chunk;
    long gram = f64 * vocabulary * vocabulary;
    long spectra =
        (anatomySteps.isEmpty() ? gram : 3 * gram)
            + 3 * head
            + f64 * contexts() * width
            + 3 * chunk;
    long measured =
        spectrumSteps.isEmpty() && anatomySteps.isEmpty()
            ? projection
            : Math.max(projection, spectra);
    long ofRanks = QrSpectrum.bytes(vocabulary) + head + f64 * rankContexts() * width + 3 * chunk;
    long ranks = rankWindows == 0 ? 0 : ofRanks;
    return TrainingMemory.ofEvaluation(
            model(),
            Math.max(contexts(), rankContexts()),
            backend.real(),
            backend.workingSetBytes())
        + Math.max(measured, ranks);
  }

  /** The same, without singular values. */
  BottleneckSetting withoutSpectra() {
    return new BottleneckSetting(
        size,
        head,
        bias,
        training,
        windows,
        checkpoints,
        List.of(),
        anatomySteps,
        rankWindows,
        seed);
  }

  /** The same with another head; of one that is no matrix the ranks alone are taken. */
  BottleneckSetting withHead(HeadChoice other) {
    return new BottleneckSetting(
        size,
        other,
        bias,
        training,
        windows,
        checkpoints,
        other.isMatrix() ? spectrumSteps : List.of(),
        other.isMatrix() ? anatomySteps : List.of(),
        rankWindows,
        seed);
  }

  /** N. */
  public int contexts() {
    return windows * size.length();
  }

  /** N of the largest batch whose rank is taken. */
  public int rankContexts() {
    return rankWindows * size.length();
  }
}
