package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.Activations.Use;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The backbone: tokens to hidden states, the head's inputs, and back. Buffers of a pass are kept
 * and reused while the batch's extents stay the same.
 */
final class Transformer implements AutoCloseable {
  private final Backend backend;
  private final TransformerConfig config;
  private final Tensor tokenEmbedding; // [V, E]
  private final Tensor tokenEmbeddingGradient; // [V, E]
  private final Optional<Linear> inputProjection;
  private final Optional<Tensor> positionEmbedding; // [offset + contextLength, D]
  private final Optional<Tensor> positionEmbeddingGradient; // [offset + contextLength, D]
  private final TensorScope scope;
  private final List<TransformerBlock> blocks = new ArrayList<>();
  private final HeadInput headInput;
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
    inputProjection = inputProjection(backend, config, parameters);
    boolean learned = config.positions() instanceof Positions.Learned;
    positionEmbedding =
        learned ? Optional.of(parameters.value(names.positionEmbedding())) : Optional.empty();
    positionEmbeddingGradient =
        learned ? Optional.of(parameters.gradient(names.positionEmbedding())) : Optional.empty();
    try (var opened = new CloseStack()) {
      scope = opened.own(backend.newScope());
      for (int layer = 0; layer < config.layers(); layer++) {
        blocks.add(new TransformerBlock(backend, scope, config, parameters, layer));
      }
      headInput = new HeadInput(backend, scope, config, parameters);
      opened.keep();
    }
  }

  /** From a narrow token embedding into the residual stream, where there is one. */
  static Optional<Linear> inputProjection(
      Backend backend, TransformerConfig config, Parameters parameters) {
    return config.narrowEmbedding().isPresent()
        ? Optional.of(
            new Linear(
                backend,
                parameters,
                parameters.layout().names().inputProjection(),
                config.width(),
                false))
        : Optional.empty();
  }

  /**
   * Tokens for the next training pass, with buffers for it.
   *
   * @throws IllegalArgumentException if the sequence is longer than the context, or a token is not
   *     in the vocabulary
   */
  void load(int[] tokens, int batch, int length) {
    config.requireFits(tokens, batch, length);
    backend.write(tokens, trainingBuffers(batch, length).stream().tokens);
  }

  /**
   * Hidden states, [B·T, E], of the tokens last loaded; {@link #backward} may follow. Valid until
   * the next training pass.
   */
  Tensor forward() {
    return forward(
        training.orElseThrow(() -> new IllegalStateException("no tokens to look at")),
        LayerVisitor.NONE);
  }

  /**
   * Hidden states, [B·T, E], valid until the next evaluation pass.
   *
   * @param visitor sees those between the blocks
   * @throws IllegalArgumentException as {@link #load}
   */
  Tensor evaluate(int[] tokens, int batch, int length, LayerVisitor visitor) {
    config.requireFits(tokens, batch, length);
    Activations pass = evaluationBuffers(batch, length);
    backend.write(tokens, pass.stream().tokens);
    return forward(pass, visitor);
  }

  private Tensor forward(Activations pass, LayerVisitor visitor) {
    List<Tensor> states = pass.stream().states;
    embed(pass, states.getFirst());
    visitor.visit(0, states.getFirst());
    first(0, pass).ifPresent(norm -> norm.of(states.getFirst()));
    for (int layer = 0; layer < blocks.size(); layer++) {
      Tensor output = states.get(layer + 1);
      Activations.Block kept = pass.blocks.get(layer);
      blocks.get(layer).forward(states.get(layer), output, pass, kept, first(layer + 1, pass));
      visitor.visit(layer + 1, output);
    }
    headInput.forward(states.getLast(), pass);
    return pass.hidden;
  }

  private void embed(Activations pass, Tensor states) {
    Tensor embedded = pass.stream().narrowEmbedding.orElse(states);
    backend.embedding(tokenEmbedding, pass.stream().tokens, embedded);
    scaleEmbedding(embedded);
    inputProjection.ifPresent(p -> p.forward(embedded, states));
    positionEmbedding.ifPresent(table -> {
      Tensor rows = pass.normalised.orElse(pass.hidden); // not in use yet
      backend.embedding(table, pass.stream().positions, rows);
      backend.axpy(1, rows, states);
    });
  }

  /** The norm that a layer begins with, or behind the last one the head's input. */
  private Optional<TransformerBlock.NormOfStream> first(int layer, Activations pass) {
    return layer < blocks.size()
        ? blocks.get(layer).first(pass.blocks.get(layer))
        : headInput.first(pass);
  }

  private void scaleEmbedding(Tensor rows) {
    if (config.embeddingScale() != 1) {
      backend.scale(config.embeddingScale(), rows);
    }
  }

  /** The buffer [B·T, E] for the gradient of the hidden states of the training pass. */
  Tensor hiddenGradient() {
    return gradients.orElseThrow(() -> new IllegalStateException("no forward pass")).hidden;
  }

  /** Accumulates all gradients from {@link #hiddenGradient}. */
  void backward() {
    Activations pass =
        training.orElseThrow(() -> new IllegalStateException("no forward pass to go back through"));
    ActivationGradients buffers = gradients.orElseThrow();
    Activations.Stream stream = pass.stream();
    headInput.backward(stream.states.getLast(), pass, buffers);
    for (int layer = blocks.size() - 1; layer >= 0; layer--) {
      Tensor x = stream.states.get(layer);
      blocks.get(layer).backward(x, pass, pass.blocks.get(layer), buffers);
    }
    positionEmbeddingGradient.ifPresent(
        table -> backend.embeddingBackward(buffers.residual, stream.positions, table));
    Tensor dEmbedded = buffers.narrowEmbedding.orElse(buffers.residual);
    inputProjection.ifPresent(
        p -> p.backward(buffers.residual, stream.narrowEmbedding.orElseThrow(), dEmbedded));
    scaleEmbedding(dEmbedded);
    tokensBackward(stream.tokens, dEmbedded, buffers.branch);
  }

  /** The padding token's row keeps what the head has put there. */
  private void tokensBackward(Tensor tokens, Tensor dEmbedded, Tensor unused) {
    if (config.paddingToken().isEmpty()) {
      backend.embeddingBackward(dEmbedded, tokens, tokenEmbeddingGradient);
      return;
    }
    Tensor row = tokenEmbeddingGradient.rows(config.paddingToken().getAsInt(), 1);
    Tensor kept = unused.slice(0, 1, row.cols());
    backend.copy(row, kept);
    backend.embeddingBackward(dEmbedded, tokens, tokenEmbeddingGradient);
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
      freeTraining();
      generation++;
      try (var opened = new CloseStack()) {
        var pass = opened.own(new Activations(backend, config, batch, length, Use.TRAINING));
        gradients = Optional.of(new ActivationGradients(backend, pass));
        training = Optional.of(pass);
        opened.keep();
      }
    }
    return training.get();
  }

  private Activations evaluationBuffers(int batch, int length) {
    if (evaluation.filter(a -> fits(a, batch, length)).isEmpty()) {
      freeEvaluation();
      evaluation = Optional.of(new Activations(backend, config, batch, length, Use.EVALUATION));
    }
    return evaluation.get();
  }

  private static boolean fits(Activations activations, int batch, int length) {
    return activations.batch() == batch && activations.length() == length;
  }

  private void freeTraining() {
    gradients.ifPresent(ActivationGradients::close);
    training.ifPresent(Activations::close);
    gradients = Optional.empty();
    training = Optional.empty();
  }

  private void freeEvaluation() {
    evaluation.ifPresent(Activations::close);
    evaluation = Optional.empty();
  }

  @Override
  public void close() {
    freeTraining();
    freeEvaluation();
    scope.close();
  }
}
