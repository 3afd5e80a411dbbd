package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.HeadForm;
import dev.gatun.model.LayerVisitor;
import dev.gatun.model.ModelHead;
import dev.gatun.model.ParameterLayout;
import dev.gatun.model.ParameterNames;
import dev.gatun.model.ParameterSpec;
import dev.gatun.model.Parameters;
import dev.gatun.model.Positions;
import dev.gatun.model.SequencePasses;
import dev.gatun.model.TrainingMemory;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.safetensors.CheckpointWeights;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A checkpoint's model for forward passes over many sequences, with one block's weights in memory
 * at a time: each block is read and converted once, and applied to all sequences before the next is
 * read. Of the token embedding only the rows in use are read. What it computes is what {@link
 * dev.gatun.model.LanguageModel#hiddenStates} computes of the same sequences, {@link
 * #sequencesAtOnce} at a time, to the byte.
 */
public final class StreamedBackbone implements AutoCloseable {
  /** For the buffers of a block: matrix products of a thousand rows or more are at full speed. */
  private static final long BUFFER_BYTES = 256L << 20;

  private final Backend backend;
  private final CheckpointWeights weights;
  private final TransformerConfig config;
  private final StoredParameters stored;
  private final long bufferBytes;
  private Optional<OwnedHead> head = Optional.empty();

  private record OwnedHead(TensorScope scope, Head head) {}

  private StreamedBackbone(
      Backend backend,
      CheckpointWeights weights,
      TransformerConfig config,
      StoredParameters stored,
      long bufferBytes) {
    this.backend = backend;
    this.weights = weights;
    this.config = config;
    this.stored = stored;
    this.bufferBytes = bufferBytes;
  }

  /**
   * Opens a checkpoint folder; no weight is read yet.
   *
   * @throws SafetensorsException if it is not a whole checkpoint of a known architecture
   */
  public static StreamedBackbone open(CheckpointFolder folder, Backend backend) {
    return open(folder, backend, BUFFER_BYTES);
  }

  /** Opens a folder in which nothing unknown is ignored. */
  public static StreamedBackbone open(Path folder, Backend backend) {
    return open(CheckpointFolder.of(folder), backend);
  }

  /**
   * Opens a checkpoint folder.
   *
   * @param bufferBytes for the buffers of a block; one sequence is taken even if it needs more
   */
  static StreamedBackbone open(CheckpointFolder folder, Backend backend, long bufferBytes) {
    TransformerConfig config = folder.config();
    try (var opened = new CloseStack()) {
      CheckpointWeights weights = opened.own(folder.weights());
      StoredParameters stored = StoredParameters.find(weights, config, folder.notes());
      opened.keep();
      return new StreamedBackbone(backend, weights, stored.config(), stored, bufferBytes);
    }
  }

  public TransformerConfig config() {
    return config;
  }

  /**
   * Sequences of a length that pass through a block together. Counted with the block's output,
   * which is not among the buffers: another number of sequences would round in another way.
   */
  public int sequencesAtOnce(int length) {
    long rowBytes = TrainingMemory.blockPerRow(config) * backend.real().byteSize();
    return Math.clamp(bufferBytes / rowBytes / length, 1, Integer.MAX_VALUE);
  }

  /**
   * Hidden states, the head's inputs.
   *
   * @param scope that the result lives in
   * @param tokens [batch, length]
   * @return [batch·length, E], E being the width of the token embedding
   * @throws IllegalArgumentException if the sequences are longer than the context, or a token is
   *     not in the vocabulary
   * @throws SafetensorsException if the files have changed since they were opened
   */
  public Tensor hiddenStates(
      TensorScope scope, int[] tokens, int batch, int length, LayerVisitor visitor) {
    config.requireFits(tokens, batch, length);
    long rows = (long) batch * length;
    Tensor hidden = scope.zeros(backend.real(), rows, config.embeddingWidth());
    try (TensorScope passScope = backend.newScope();
        var sequences =
            new SequencePasses(backend, config, batch, length, sequencesAtOnce(length))) {
      Tensor states = embed(passScope, tokens, hidden, sequences);
      addPositions(length, states);
      visitor.visit(0, states);
      Tensor values = passScope.zeros(backend.real(), ParameterLayout.ofBlock(config, 0).size());
      for (int layer = 0; layer < config.layers(); layer++) {
        Parameters parameters = read(ParameterLayout.ofBlock(config, layer), values);
        sequences.block(layer, parameters, states);
        visitor.visit(layer + 1, states);
      }
      ParameterLayout layout = ParameterLayout.ofHeadInput(config);
      sequences.headInputs(
          read(layout, passScope.zeros(backend.real(), layout.size())), states, hidden);
    }
    return hidden;
  }

  /** Embeds tokens in {@code rows} [N, E], and gives the states [N, D]: these rows if E = D. */
  private Tensor embed(TensorScope scope, int[] tokens, Tensor rows, SequencePasses sequences) {
    ParameterNames names = stored.layout().names();
    stored.readRowsInto(stored.layout().spec(names.tokenEmbedding()), tokens, backend, rows);
    if (config.embeddingScale() != 1) {
      backend.scale(config.embeddingScale(), rows);
    }
    if (config.narrowEmbedding().isEmpty()) {
      return rows;
    }
    Tensor states = scope.zeros(backend.real(), rows.rows(), config.width());
    ParameterLayout layout = ParameterLayout.ofInputProjection(config);
    sequences.project(read(layout, scope.zeros(backend.real(), layout.size())), rows, states);
    return states;
  }

  private void addPositions(int length, Tensor states) {
    if (config.positions() instanceof Positions.Learned(int offset)) {
      try (TensorScope scope = backend.newScope()) {
        Tensor positions = scope.zeros(backend.real(), length, config.width());
        stored.readRowsInto(
            stored.layout().spec(stored.layout().names().positionEmbedding()),
            IntStream.range(offset, offset + length).toArray(),
            backend,
            positions);
        for (long first = 0; first < states.rows(); first += length) {
          backend.axpy(1, positions, states.rows(first, length));
        }
      }
    }
  }

  private Parameters read(ParameterLayout layout, Tensor values) {
    Parameters parameters = Parameters.frozen(backend, layout, values);
    for (ParameterSpec spec : layout.specs()) {
      stored.readInto(spec, backend, parameters.value(spec.name()));
    }
    return parameters;
  }

  /**
   * The checkpoint's head, read and converted at the first call; it lives as long as this. A linear
   * head has no gradients of its weights.
   */
  public Head head() {
    if (head.isEmpty()) {
      try (var opened = new CloseStack()) {
        TensorScope scope = opened.own(backend.newScope());
        head = Optional.of(new OwnedHead(scope, readHead(scope)));
        opened.keep();
      }
    }
    return head.get().head;
  }

  private Head readHead(TensorScope scope) {
    ParameterLayout layout = ParameterLayout.ofHead(config);
    if (config.head() instanceof HeadForm.Linear) {
      Parameters parameters = read(layout, scope.zeros(backend.real(), layout.size()));
      return ModelHead.frozen(backend, config, parameters);
    }
    Parameters parameters = new Parameters(backend, scope, layout);
    for (ParameterSpec spec : layout.specs()) {
      stored.readInto(spec, backend, parameters.value(spec.name()));
    }
    return ModelHead.of(backend, config, parameters, HeadBackward.EXACT);
  }

  @Override
  public void close() {
    head.ifPresent(h -> {
      h.head.close();
      h.scope.close();
    });
    head = Optional.empty();
    weights.close();
  }
}
