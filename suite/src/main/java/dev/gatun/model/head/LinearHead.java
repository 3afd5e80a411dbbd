package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogitCap;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A head with full weights W [V, D], its own or, when tied, the token embedding's, and logits L =
 * H·Wᵀ + 1·bᵀ. Without a bias nothing is added. With a cap c the loss is that of c·tanh(L/c), and
 * the gradient that taps see is still that of L.
 */
public final class LinearHead implements MatrixHead {
  private final Backend backend;
  private final Tensor forward; // W, or what a narrow forward pass has in its place [V, D]
  private final Bias bias;
  private final Optional<LogitCap> cap;
  private final BackwardProducts products;
  private final BackwardProducts hiddenProducts;
  private final LogitChunks chunks;

  /**
   * The bias of the logits.
   *
   * @param value b [V]
   * @param gradient db [V], the column sums of G, where it is learned
   */
  public record Bias(Optional<Tensor> value, Optional<Tensor> gradient) {
    /** No bias. */
    public static final Bias NONE = new Bias(Optional.empty(), Optional.empty());

    /** One that backward passes add a gradient to. */
    public static Bias learned(Tensor value, Tensor gradient) {
      return new Bias(Optional.of(value), Optional.of(gradient));
    }

    /** One without a gradient. */
    public static Bias fixed(Tensor value) {
      return new Bias(Optional.of(value), Optional.empty());
    }
  }

  LinearHead(Backend backend, Tensor weights, Tensor weightGradients) {
    this(backend, weights, weightGradients, Bias.NONE, HeadBackward.EXACT);
  }

  /** As below, without a cap. */
  public LinearHead(
      Backend backend, Tensor weights, Tensor weightGradients, Bias bias, HeadBackward backward) {
    this(backend, weights, weightGradients, bias, OptionalDouble.empty(), backward);
  }

  /** Over weights and their gradients [V, D], which a backward pass adds to. */
  public LinearHead(
      Backend backend,
      Tensor weights,
      Tensor weightGradients,
      Bias bias,
      OptionalDouble cap,
      HeadBackward backward) {
    this(
        backend,
        weights,
        bias,
        cap,
        BackwardProducts.of(backward, backend, weights, weightGradients));
  }

  /** Without gradients of its weights, and without a cap. */
  public static LinearHead frozen(Backend backend, Tensor weights, Bias bias) {
    return frozen(backend, weights, bias, OptionalDouble.empty());
  }

  /** Without gradients of its weights. */
  public static LinearHead frozen(Backend backend, Tensor weights, Bias bias, OptionalDouble cap) {
    return new LinearHead(backend, weights, bias, cap, new BackwardProducts.Frozen());
  }

  private LinearHead(
      Backend backend, Tensor weights, Bias bias, OptionalDouble cap, BackwardProducts products) {
    this.backend = backend;
    this.forward = products.forward(weights);
    this.bias = bias;
    this.cap = LogitCap.of(backend, cap);
    this.products = products;
    this.hiddenProducts = new BackwardProducts.HiddenOnly(backend, forward);
    this.chunks = new LogitChunks(backend, bias.value, this.cap);
  }

  @Override
  public long vocabulary() {
    return forward.rows();
  }

  @Override
  public HeadScores scores(Tensor hidden, Tensor targets) {
    return chunks.scores(hidden, current(), targets);
  }

  @Override
  public void prepare(Tensor targets) {
    products.refresh(targets);
  }

  @Override
  public void gradients(
      Tensor hidden, Tensor targets, double scale, Tensor dHidden, BlockVisitor tap) {
    chunks.gradients(hidden, forward, targets, scale, dHidden, products, withBias(tap));
  }

  /** The gradient of a learned bias is Gᵀ·1: each chunk of G adds its column sums. */
  private BlockVisitor withBias(BlockVisitor tap) {
    return bias.gradient
        .<BlockVisitor>map(sum ->
            (first, gradient) -> {
              tap.accept(first, gradient);
              backend.addBiasBackward(gradient, sum);
            })
        .orElse(tap);
  }

  @Override
  public void hiddenGradients(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {
    chunks.gradients(hidden, current(), targets, scale, dHidden, hiddenProducts, BlockVisitor.NONE);
  }

  @Override
  public double streamGradient(Tensor hidden, Tensor targets, double scale, BlockVisitor tap) {
    chunks.gradientChunks(hidden, current(), targets, scale, tap);
    return scale * chunks.lossSum(hidden.rows());
  }

  @Override
  public double lossSum(long rows) {
    return chunks.lossSum(rows);
  }

  @Override
  public void addLossSum(double scale, long rows, Tensor sum) {
    chunks.addLossSum(scale, rows, sum);
  }

  @Override
  public long generation() {
    return chunks.generation() + products.generation();
  }

  @Override
  public void streamGradientColumns(
      Tensor hidden, Tensor targets, double scale, BlockVisitor consumer) {
    chunks.gradientColumns(hidden, current(), targets, scale, consumer);
  }

  @Override
  public Tensor weights(TensorScope scope) {
    return current();
  }

  /** The weights of the logits as they are now; a pass for gradients has those of its beginning. */
  private Tensor current() {
    products.renewForward();
    return forward;
  }

  @Override
  public Optional<Tensor> bias() {
    return bias.value;
  }

  @Override
  public Optional<LogitCap> cap() {
    return cap;
  }

  @Override
  public void close() {
    products.close();
    chunks.close();
  }
}
