package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.tensor.Tensor;

/**
 * The output layer with its cross-entropy: logits L = H·Wᵀ of N hidden states [N, D] over V tokens,
 * and the logit gradient G = scale·(P − Y), with P = softmax(L) and Y the one-hot targets. Neither
 * L nor G is ever held whole: both live in a chunk of bounded size. Rows whose target is −1 have no
 * loss and no gradient.
 *
 * <p>{@code scale} is 1/contexts for means, or a share of it when gradients are accumulated over
 * several batches.
 */
public sealed interface Head extends AutoCloseable permits LinearHead, FactorisedHead {

  /**
   * The head of a model.
   *
   * @throws IllegalArgumentException if its form has no such backward pass
   */
  static Head of(
      Backend backend, TransformerConfig config, Parameters parameters, HeadBackward backward) {
    if (!(backward instanceof HeadBackward.Exact || config.head() instanceof HeadForm.Linear)) {
      throw new IllegalArgumentException(
          "%s is a backward pass of linear heads, not of %s".formatted(backward, config.head()));
    }
    return switch (config.head()) {
      case HeadForm.Linear(boolean tied) -> {
        String name = tied ? parameters.layout().names().tokenEmbedding() : ParameterNames.HEAD;
        yield new LinearHead(backend, parameters.value(name), parameters.gradient(name), backward);
      }
      case HeadForm.Factorised _ ->
          new FactorisedHead(
              backend,
              parameters.value(ParameterNames.HEAD_A),
              parameters.gradient(ParameterNames.HEAD_A),
              parameters.value(ParameterNames.HEAD_B),
              parameters.gradient(ParameterNames.HEAD_B));
    };
  }

  /** The number of tokens, V. */
  long vocabulary();

  /** Loss and top-1 accuracy. */
  HeadScores scores(Tensor hidden, Tensor targets);

  /**
   * Computes what the next pass for gradients needs of the weights as they are now; not to be
   * recorded.
   */
  default void prepare() {}

  /**
   * Overwrites dHidden [N, D] with the gradient of scale·Σ losses and accumulates the gradients of
   * the head's weights, after {@link #prepare}. Nothing is read to the host, so that a pass can be
   * recorded.
   */
  void gradients(Tensor hidden, Tensor targets, double scale, Tensor dHidden, LogitGradientTap tap);

  /** Σ losses of the last pass for gradients, which had so many rows. */
  double lossSum(long rows);

  /** {@link #prepare}, then {@link #gradients}; returns scale·Σ losses. */
  default double lossAndGradients(
      Tensor hidden, Tensor targets, double scale, Tensor dHidden, LogitGradientTap tap) {
    prepare();
    gradients(hidden, targets, scale, dHidden, tap);
    return scale * lossSum(hidden.rows());
  }

  /** scale·Σ losses, with G shown to the tap by chunks of rows and no gradient changed. */
  double streamGradient(Tensor hidden, Tensor targets, double scale, LogitGradientTap tap);

  /**
   * G by blocks of columns, for consumers that need all rows of a class together. Costs the logits
   * twice: once for each row's logSumExp, once for the blocks. No gradient is changed.
   */
  void streamGradientColumns(Tensor hidden, Tensor targets, double scale, GradientColumns consumer);

  /**
   * The weights W [V, D] that the head amounts to: the parameter itself, not to be changed, or a
   * product that lives in the scope.
   */
  Tensor weights(TensorScope scope);

  /** How often its buffers were replaced: a recording of a pass holds while this stays the same. */
  long generation();

  /** Frees the chunk buffers. */
  @Override
  void close();
}
