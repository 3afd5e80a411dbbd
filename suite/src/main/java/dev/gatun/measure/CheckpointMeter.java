package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.model.HeadForm;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.checkpoint.CheckpointFolder;
import dev.gatun.model.checkpoint.StreamedBackbone;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.MatrixHead;
import dev.gatun.results.CurveName;
import dev.gatun.results.RunRecorder;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Measures the head of a stored checkpoint, of any size that its head weights fit twice beside: the
 * blocks' weights pass through memory one at a time, logits and their gradient by chunks, and
 * spectra come from Gram matrices of contexts. What depends on the weights alone is computed once
 * for all texts.
 */
public final class CheckpointMeter implements AutoCloseable {
  /** The most contexts: their Gram matrix is N×N in f64, here and on the host. */
  public static final int MOST_CONTEXTS = 12_288;

  private final CheckpointFolder folder;
  private final Backend backend;
  private final StreamedBackbone backbone;
  private final Randomness randomness;
  private final MeasureProgress progress;
  private Optional<ContextMeter> contextMeter = Optional.empty();

  /**
   * Opens a checkpoint; nothing is measured yet.
   *
   * @param randomness from which random heads and directions are drawn
   * @throws dev.gatun.safetensors.SafetensorsException if it is not a whole checkpoint of a known
   *     architecture
   */
  public CheckpointMeter(
      CheckpointFolder folder, Backend backend, Randomness randomness, MeasureProgress progress) {
    this.folder = folder;
    this.backend = backend;
    this.backbone = StreamedBackbone.open(folder, backend);
    this.randomness = randomness;
    this.progress = progress;
  }

  /** Opens a checkpoint in which nothing unknown is ignored; nothing is measured yet. */
  public CheckpointMeter(
      Path folder, Backend backend, Randomness randomness, MeasureProgress progress) {
    this(CheckpointFolder.of(folder), backend, randomness, progress);
  }

  /** What was passed over or taken for granted while the checkpoint was read: a line for each. */
  public List<String> notes() {
    return folder.notes().lines();
  }

  public TransformerConfig config() {
    return backbone.config();
  }

  Head head() {
    return backbone.head();
  }

  /**
   * Measures on some sequences.
   *
   * @param scope that the hidden states of the result live in
   * @param step of training at which the checkpoint stands
   * @throws IllegalArgumentException if the sequences do not fit the model
   */
  public MeasuredCheckpoint measure(
      TensorScope scope, TokenBatch batch, long step, RunRecorder run) {
    requireMeasurable(config(), batch);
    Tensor hidden = hiddenStates(scope, batch, step, run);
    try (TensorScope contexts = backend.newScope()) {
      Tensor compact = contexts(contexts, hidden, batch);
      return contextMeter().measure(compact, batch.contextTargets(), hidden, step, run);
    }
  }

  /**
   * Finds out whether sequences can be measured.
   *
   * @throws IllegalArgumentException if they are too many, or do not fit the model, or its head is
   *     not one matrix
   */
  public static void requireMeasurable(TransformerConfig config, TokenBatch batch) {
    config.requireFits(batch.tokens(), batch.batch(), batch.length());
    if (batch.contexts() > MOST_CONTEXTS) {
      throw new IllegalArgumentException(
          "%s sequences of %s tokens are %s contexts, and %s are the most that fit; take fewer"
              .formatted(batch.batch(), batch.length(), batch.contexts(), MOST_CONTEXTS));
    }
    if (!(config.head() instanceof HeadForm.Linear)
        && !(config.head() instanceof HeadForm.Factorised)) {
      throw new IllegalArgumentException(
          "a head of the form %s is no single matrix; `gatun reproduce H1` measures such heads"
              .formatted(config.head().getClass().getSimpleName()));
    }
  }

  /** Whether there are contexts enough to fit heads to. */
  public static boolean canFit(TokenBatch batch) {
    return batch.contexts() >= HeadFit.FEWEST_CONTEXTS;
  }

  /**
   * Fits heads of lower ranks to the hidden states of half of the sequences, and records what they
   * lose on the other half. What {@link #measure} keeps of the weights is given up before.
   *
   * @param ranks below the width
   * @throws IllegalArgumentException if the head caps its logits, which a fitted one does not
   */
  public void fitHeads(TokenBatch batch, List<Integer> ranks, long step, RunRecorder run) {
    var head = (MatrixHead) backbone.head();
    if (head.cap().isPresent()) {
      throw new IllegalArgumentException("heads whose logits are capped are not fitted");
    }
    forgetWeights();
    progress.at("hidden states");
    try (TensorScope scope = backend.newScope()) {
      Tensor hidden =
          backbone.hiddenStates(scope, batch.tokens(), batch.batch(), batch.length(), (_, _) -> {});
      Tensor ids = scope.zeros(ElementType.I32, batch.contexts());
      backend.write(batch.contextTargets(), ids);
      new HeadFit(backend, head, contexts(scope, hidden, batch), ids, progress)
          .record(ranks, step, run);
    }
  }

  private Tensor hiddenStates(TensorScope scope, TokenBatch batch, long step, RunRecorder run) {
    int layers = backbone.config().layers();
    progress.at("hidden states");
    Tensor hidden =
        backbone.hiddenStates(
            scope,
            batch.tokens(),
            batch.batch(),
            batch.length(),
            (layer, states) -> {
              progress.at("hidden states, block %s of %s".formatted(layer, layers));
              recordAnisotropy("anisotropy_of_layer", layer, states, step, run);
            });
    Anisotropy last = Anisotropy.of(backend, hidden);
    run.metric("anisotropy", step, last.meanCosine(), "1");
    run.metric("anisotropy_isotropic_deviation", step, last.isotropicDeviation(), "1");
    return hidden;
  }

  private void recordAnisotropy(
      String curve, int layer, Tensor states, long step, RunRecorder run) {
    run.metric(
        CurveName.name(curve, layer), step, Anisotropy.of(backend, states).meanCosine(), "1");
  }

  /** Rows that have a target. */
  private Tensor contexts(TensorScope scope, Tensor hidden, TokenBatch batch) {
    long rows = batch.length() - 1L;
    Tensor compact = scope.zeros(backend.real(), batch.contexts(), hidden.cols());
    for (long sequence = 0; sequence < batch.batch(); sequence++) {
      backend.copy(
          hidden.rows(sequence * batch.length(), rows), compact.rows(sequence * rows, rows));
    }
    return compact;
  }

  private ContextMeter contextMeter() {
    if (contextMeter.isEmpty()) {
      contextMeter =
          Optional.of(
              new ContextMeter(backend, (MatrixHead) backbone.head(), randomness, progress));
    }
    return contextMeter.get();
  }

  private void forgetWeights() {
    contextMeter.ifPresent(ContextMeter::close);
    contextMeter = Optional.empty();
  }

  @Override
  public void close() {
    forgetWeights();
    backbone.close();
  }
}
