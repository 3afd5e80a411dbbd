package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The backbone: tokens to hidden states after the final norm, and back. Buffers of a pass are kept
 * and reused while the batch's extents stay the same.
 */
final class Transformer implements AutoCloseable {
  private final Backend backend;
  private final TransformerConfig config;
  private final Tensor tokenEmbedding; // [V, D]
  private final Tensor tokenEmbeddingGradient; // [V, D]
  private final Optional<Tensor> positionEmbedding; // [contextLength, D]
  private final Optional<Tensor> positionEmbeddingGradient; // [contextLength, D]
  private final TensorScope scope;
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final Normalisation finalNorm;
  private Optional<Activations> training = Optional.empty();
  private Optional<ActivationGradients> gradients = Optional.empty();
  private Optional<Activations> evaluation = Optional.empty();
  private long generation;

  Transformer(Backend backend, TransformerConfig config, Parameters parameters) {
    this.backend = backend;
    this.config = config;
    ParameterNames names = parameters.layout().names();
    tokenEmbedding = parameters.value(names.tokenEmbedding());
    tokenEmbeddingGradient = parameters.gradient(names.tokenEmbedding());
    boolean learned = config.positions() instanceof Positions.Learned;
    positionEmbedding =
        learned ? Optional.of(parameters.value(names.positionEmbedding())) : Optional.empty();
    positionEmbeddingGradient =
        learned ? Optional.of(parameters.gradient(names.positionEmbedding())) : Optional.empty();
    scope = backend.newScope();
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(new TransformerBlock(backend, scope, config, parameters, layer));
    }
    finalNorm = Normalisation.of(backend, scope, config, parameters, names.finalNorm());
  }

  /**
   * Tokens for the next training pass, with buffers for it.
   *
   * @throws IllegalArgumentException if the sequence is longer than the context, or a token is not
   *     in the vocabulary
   */
  void load(int[] tokens, int batch, int length) {
    config.requireFits(tokens, batch, length);
    backend.write(tokens, trainingBuffers(batch, length).tokens);
  }

  /**
   * Hidden states after the final norm, [B·T, D], of the tokens last loaded; {@link #backward} may
   * follow. Valid until the next training pass.
   */
  Tensor forward() {
    return forward(
        training.orElseThrow(() -> new IllegalStateException("no tokens to look at")),
        LayerVisitor.NONE);
  }

  /**
   * Hidden states after the final norm, [B·T, D], valid until the next evaluation pass.
   *
   * @param visitor sees those between the blocks
   * @throws IllegalArgumentException as {@link #load}
   */
  Tensor evaluate(int[] tokens, int batch, int length, LayerVisitor visitor) {
    config.requireFits(tokens, batch, length);
    Activations pass = evaluationBuffers(batch, length);
    backend.write(tokens, pass.tokens);
    return forward(pass, visitor);
  }

  private Tensor forward(Activations pass, LayerVisitor visitor) {
    backend.embedding(tokenEmbedding, pass.tokens, pass.embedding);
    scaleEmbedding(pass.embedding);
    positionEmbedding.ifPresent(table -> {
      backend.embedding(table, pass.positions, pass.hidden);
      backend.axpy(1, pass.hidden, pass.embedding);
    });
    Tensor x = pass.embedding;
    visitor.visit(0, x);
    for (int layer = 0; layer < blocks.size(); layer++) {
      Activations.Block kept = pass.blocks.get(layer);
      blocks.get(layer).forward(x, pass, kept);
      x = kept.output;
      visitor.visit(layer + 1, x);
    }
    finalNorm.forward(x, pass.hidden, pass.finalStatistics);
    return pass.hidden;
  }

  private void scaleEmbedding(Tensor rows) {
    if (config.embeddingScale() != 1) {
      backend.scale(config.embeddingScale(), rows);
    }
  }

  /** The buffer [B·T, D] for the gradient of the hidden states of the training pass. */
  Tensor hiddenGradient() {
    return gradients.orElseThrow(() -> new IllegalStateException("no forward pass")).hidden;
  }

  /** Accumulates all gradients from {@link #hiddenGradient}. */
  void backward() {
    Activations pass =
        training.orElseThrow(() -> new IllegalStateException("no forward pass to go back through"));
    ActivationGradients buffers = gradients.orElseThrow();
    Tensor last = pass.blocks.getLast().output;
    backend.fill(buffers.residual, 0);
    finalNorm.backward(buffers.hidden, last, pass.finalStatistics, buffers.residual);
    for (int layer = blocks.size() - 1; layer >= 0; layer--) {
      Tensor x = layer == 0 ? pass.embedding : pass.blocks.get(layer - 1).output;
      blocks.get(layer).backward(x, pass, pass.blocks.get(layer), buffers);
    }
    positionEmbeddingGradient.ifPresent(
        table -> backend.embeddingBackward(buffers.residual, pass.positions, table));
    scaleEmbedding(buffers.residual);
    tokensBackward(pass, buffers);
  }

  /** The padding token's row keeps what the head has put there. */
  private void tokensBackward(Activations pass, ActivationGradients buffers) {
    if (config.paddingToken().isEmpty()) {
      backend.embeddingBackward(buffers.residual, pass.tokens, tokenEmbeddingGradient);
      return;
    }
    Tensor row = tokenEmbeddingGradient.rows(config.paddingToken().getAsInt(), 1);
    Tensor kept = buffers.branch.rows(0, 1);
    backend.copy(row, kept);
    backend.embeddingBackward(buffers.residual, pass.tokens, tokenEmbeddingGradient);
    backend.copy(kept, row);
  }

  /**
   * How often a training pass' buffers were replaced: a recording holds while it stays the same.
   */
  long generation() {
    return generation;
  }

  private Activations trainingBuffers(int batch, int length) {
    if (training.filter(a -> fits(a, batch, length)).isEmpty()) {
      gradients.ifPresent(ActivationGradients::close);
      training.ifPresent(Activations::close);
      generation++;
      training = Optional.of(new Activations(backend, config, batch, length, true));
      gradients = Optional.of(new ActivationGradients(backend, training.get()));
    }
    return training.get();
  }

  private Activations evaluationBuffers(int batch, int length) {
    if (evaluation.filter(a -> fits(a, batch, length)).isEmpty()) {
      evaluation.ifPresent(Activations::close);
      evaluation = Optional.of(new Activations(backend, config, batch, length, false));
    }
    return evaluation.get();
  }

  private static boolean fits(Activations activations, int batch, int length) {
    return activations.batch() == batch && activations.length() == length;
  }

  @Override
  public void close() {
    gradients.ifPresent(ActivationGradients::close);
    training.ifPresent(Activations::close);
    evaluation.ifPresent(Activations::close);
    gradients = Optional.empty();
    training = Optional.empty();
    evaluation = Optional.empty();
    scope.close();
  }
}
