package dev.gatun.model.head;

import dev.gatun.backend.LogitCap;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * The output layer with its cross-entropy: from N hidden states H [N, D] to the probabilities P [N,
 * V] of V tokens. The family:
 *
 * <pre>
 * {@link LinearHead}               P = softmax(W·h), or softmax(W·h + b)
 * {@link FactorisedHead}           P = softmax(A·B·h)
 * {@link SigsoftmaxHead}           P ∝ exp(z)·σ(z), z = W·h
 * {@link MixtureOfSoftmaxesHead}   P = Σ_k π_k·softmax(W·h_k)
 * {@link MultipleHiddenHead}       P ∝ Σ_k exp(W·h_k)
 * {@link ClassFactoredHead}        P = P(class)·P(word | class)
 * </pre>
 *
 * <p>Each has something in the logits' role: numbers L [N, V] with P = softmax(L) whose gradient is
 * G = scale·(P − Y), Y being the one-hot targets. For the first three L is what the softmax sees;
 * for mixtures and classes it is log P, of which softmax(log P) = P holds as well. In all of them
 * the gradient of a hidden state is JᵀG with J = ∂L/∂h, and since the entries of a row of G add up
 * to 0, it is the same for any L that differs by a number per context.
 *
 * <p>Neither L nor G is ever held whole: both live in a chunk of bounded size. Rows whose target is
 * −1 have no loss and no gradient.
 *
 * <p>{@code scale} is 1/contexts for means, or a share of it when gradients are accumulated over
 * several batches.
 */
public sealed interface Head extends AutoCloseable
    permits MatrixHead, SigsoftmaxHead, ComponentsHead, ClassFactoredHead {
  /** The number of tokens, V. */
  long vocabulary();

  /** Loss and top-1 accuracy. */
  HeadScores scores(Tensor hidden, Tensor targets);

  /**
   * Computes what the next pass for gradients needs of the weights as they are now, and of its
   * targets; not to be recorded.
   */
  default void prepare(Tensor targets) {}

  /**
   * Overwrites dHidden [N, D] with the gradient of scale·Σ losses and accumulates the gradients of
   * the head's weights, after {@link #prepare}. Nothing is read to the host, so that a pass can be
   * recorded.
   */
  void gradients(Tensor hidden, Tensor targets, double scale, Tensor dHidden, BlockVisitor tap);

  /** Σ losses of the last pass for gradients, which had so many rows. */
  double lossSum(long rows);

  /** sum F64 [1] ← sum + scale·Σ losses of that pass, which can be recorded. */
  void addLossSum(double scale, long rows, Tensor sum);

  /** {@link #prepare}, then {@link #gradients}; returns scale·Σ losses. */
  default double lossAndGradients(
      Tensor hidden, Tensor targets, double scale, Tensor dHidden, BlockVisitor tap) {
    prepare(targets);
    gradients(hidden, targets, scale, dHidden, tap);
    return scale * lossSum(hidden.rows());
  }

  /** Overwrites dHidden [N, D] as {@link #gradients}; no parameter's gradient changes. */
  void hiddenGradients(Tensor hidden, Tensor targets, double scale, Tensor dHidden);

  /**
   * scale·Σ losses, with G = scale·(P − Y) shown to the tap by chunks of rows, which are not to be
   * changed; no parameter's gradient changes.
   */
  double streamGradient(Tensor hidden, Tensor targets, double scale, BlockVisitor tap);

  /**
   * G by blocks of columns, which the consumer may overwrite, for those that need all rows of a
   * class together. Costs the logits twice: once for each row's logSumExp, once for the blocks. No
   * gradient is changed.
   *
   * @throws IllegalArgumentException if it is no {@link MatrixHead}
   */
  default void streamGradientColumns(
      Tensor hidden, Tensor targets, double scale, BlockVisitor consumer) {
    throw new IllegalArgumentException(
        "%s gives its logit gradient by rows, not by columns: take at least as many contexts as tokens"
            .formatted(getClass().getSimpleName()));
  }

  /**
   * The weights W [V, D] that the head amounts to: the parameter itself, not to be changed, or a
   * product that lives in the scope.
   *
   * @throws IllegalArgumentException if it is no {@link MatrixHead}
   */
  default Tensor weights(TensorScope scope) {
    throw new IllegalArgumentException(
        "%s amounts to no single matrix [V, D]: measure its Jacobian instead"
            .formatted(getClass().getSimpleName()));
  }

  /** The bias b [V] of the logits H·Wᵀ + 1·bᵀ, not to be changed, if it has one. */
  default Optional<Tensor> bias() {
    return Optional.empty();
  }

  /** The cap of its logits, if it has one. G is then the gradient of the logits before the cap. */
  default Optional<LogitCap> cap() {
    return Optional.empty();
  }

  /** How often its buffers were replaced: a recording of a pass holds while this stays the same. */
  long generation();

  /** Frees the chunk buffers. */
  @Override
  void close();
}
