package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;

/** A head with full weights W [V, D], its own or, when tied, the token embedding's. */
public final class LinearHead implements MatrixHead {
  private final Tensor weights; // [V, D]
  private final BackwardProducts products;
  private final BackwardProducts hiddenProducts;
  private final LogitChunks chunks;

  LinearHead(Backend backend, Tensor weights, Tensor weightGradients) {
    this(backend, weights, weightGradients, HeadBackward.EXACT);
  }

  /** Over weights and their gradients [V, D], which a backward pass adds to. */
  public LinearHead(
      Backend backend, Tensor weights, Tensor weightGradients, HeadBackward backward) {
    this(backend, weights, BackwardProducts.of(backward, backend, weights, weightGradients));
  }

  /** Without gradients of its weights. */
  public static LinearHead frozen(Backend backend, Tensor weights) {
    return new LinearHead(backend, weights, new BackwardProducts.Frozen());
  }

  private LinearHead(Backend backend, Tensor weights, BackwardProducts products) {
    this.weights = weights;
    this.products = products;
    this.hiddenProducts = new BackwardProducts.HiddenOnly(backend, weights);
    this.chunks = new LogitChunks(backend);
  }

  @Override
  public long vocabulary() {
    return weights.rows();
  }

  @Override
  public HeadScores scores(Tensor hidden, Tensor targets) {
    return chunks.scores(hidden, weights, targets);
  }

  @Override
  public void prepare(Tensor targets) {
    products.refresh();
  }

  @Override
  public void gradients(
      Tensor hidden, Tensor targets, double scale, Tensor dHidden, LogitGradientTap tap) {
    chunks.gradients(hidden, weights, targets, scale, dHidden, products, tap);
  }

  @Override
  public void hiddenGradients(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {
    chunks.gradients(
        hidden, weights, targets, scale, dHidden, hiddenProducts, LogitGradientTap.NONE);
  }

  @Override
  public double streamGradient(Tensor hidden, Tensor targets, double scale, LogitGradientTap tap) {
    chunks.gradientChunks(hidden, weights, targets, scale, tap);
    return scale * chunks.lossSum(hidden.rows());
  }

  @Override
  public double lossSum(long rows) {
    return chunks.lossSum(rows);
  }

  @Override
  public long generation() {
    return chunks.generation();
  }

  @Override
  public void streamGradientColumns(
      Tensor hidden, Tensor targets, double scale, GradientColumns consumer) {
    chunks.gradientColumns(hidden, weights, targets, scale, consumer);
  }

  @Override
  public Tensor weights(TensorScope scope) {
    return weights;
  }

  @Override
  public void close() {
    products.close();
    chunks.close();
  }
}
