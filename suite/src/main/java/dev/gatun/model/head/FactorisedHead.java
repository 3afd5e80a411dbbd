package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * A head of bounded rank, W = A·B with A [V, r] and B [r, D] (arXiv 2603.10145 trains such heads of
 * growing rank on one backbone). With the projection Q = H·Bᵀ [N, r] it is a linear head on Q with
 * weights A.
 */
public final class FactorisedHead implements MatrixHead {
  private final Backend backend;
  private final Tensor a; // [V, r]
  private final Tensor aGradient; // [V, r]
  private final Tensor b; // [r, D]
  private final Tensor bGradient; // [r, D]
  private final Optional<Tensor> bias; // [V], fixed
  private final LogitChunks chunks;
  private Optional<Projection> projection = Optional.empty();
  private long projections;

  /** Q and its gradient, each [N, r]. */
  private record Projection(TensorScope scope, Tensor value, Tensor gradient) {}

  /**
   * A head over tensors of anybody's, such as one that is trained on the hidden states of a frozen
   * model.
   *
   * @param a A [V, r]
   * @param aGradient [V, r]; passes for gradients add to it
   * @param b B [r, D]
   * @param bGradient [r, D]; passes for gradients add to it
   * @param bias [V] of the logits, which stays as it is
   */
  public FactorisedHead(
      Backend backend,
      Tensor a,
      Tensor aGradient,
      Tensor b,
      Tensor bGradient,
      Optional<Tensor> bias) {
    this.backend = backend;
    this.a = a;
    this.aGradient = aGradient;
    this.b = b;
    this.bGradient = bGradient;
    this.bias = bias;
    this.chunks = new LogitChunks(backend, bias, Optional.empty());
  }

  /** The rank r that bounds the head's. */
  public long rank() {
    return b.rows();
  }

  @Override
  public long vocabulary() {
    return a.rows();
  }

  @Override
  public Optional<Tensor> bias() {
    return bias;
  }

  @Override
  public HeadScores scores(Tensor hidden, Tensor targets) {
    return chunks.scores(project(hidden), a, targets);
  }

  @Override
  public void gradients(
      Tensor hidden, Tensor targets, double scale, Tensor dHidden, BlockVisitor tap) {
    Tensor projected = project(hidden);
    Tensor dProjected = projection.orElseThrow().gradient.rows(0, hidden.rows());
    chunks.gradients(projected, a, targets, scale, dProjected, aGradient, tap);
    backend.gemm(Transpose.YES, Transpose.NO, 1, dProjected, hidden, 1, bGradient);
    backend.gemm(Transpose.NO, Transpose.NO, 1, dProjected, b, 0, dHidden);
  }

  @Override
  public void hiddenGradients(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {
    Tensor projected = project(hidden);
    Tensor dProjected = projection.orElseThrow().gradient.rows(0, hidden.rows());
    var products = new BackwardProducts.HiddenOnly(backend, a);
    chunks.gradients(projected, a, targets, scale, dProjected, products, BlockVisitor.NONE);
    backend.gemm(Transpose.NO, Transpose.NO, 1, dProjected, b, 0, dHidden);
  }

  @Override
  public double streamGradient(Tensor hidden, Tensor targets, double scale, BlockVisitor tap) {
    chunks.gradientChunks(project(hidden), a, targets, scale, tap);
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
    return chunks.generation() + projections;
  }

  @Override
  public void streamGradientColumns(
      Tensor hidden, Tensor targets, double scale, BlockVisitor consumer) {
    chunks.gradientColumns(project(hidden), a, targets, scale, consumer);
  }

  @Override
  public Tensor weights(TensorScope scope) {
    Tensor product = scope.zeros(backend.real(), vocabulary(), b.cols());
    backend.gemm(Transpose.NO, Transpose.NO, 1, a, b, 0, product);
    return product;
  }

  private Tensor project(Tensor hidden) {
    if (projection.filter(p -> p.value.rows() >= hidden.rows()).isEmpty()) {
      free();
      projections++;
      try (var opened = new CloseStack()) {
        TensorScope scope = opened.own(backend.newScope());
        projection =
            Optional.of(
                new Projection(
                    scope,
                    scope.zeros(backend.real(), hidden.rows(), rank()),
                    scope.zeros(backend.real(), hidden.rows(), rank())));
        opened.keep();
      }
    }
    Tensor projected = projection.orElseThrow().value.rows(0, hidden.rows());
    backend.gemm(Transpose.NO, Transpose.YES, 1, hidden, b, 0, projected);
    return projected;
  }

  private void free() {
    projection.ifPresent(p -> p.scope.close());
    projection = Optional.empty();
  }

  @Override
  public void close() {
    chunks.close();
    free();
  }
}
