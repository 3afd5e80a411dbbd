package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.Tensor;

/**
 * Sigsoftmax (Kanai et al., arXiv 1805.10829):
 *
 * <pre>
 * z = W·h,   P(v) = exp(z_v)·σ(z_v) / Σ_u exp(z_u)·σ(z_u)
 * </pre>
 *
 * with σ the logistic function: a softmax over L = z + log σ(z), which is what plays the logits'
 * role. L is no linear function of h, so the matrix of log-probabilities may have a rank above D +
 * 1; ∂L/∂h = diag(1 + σ(−z))·W has rank D at most.
 */
public final class SigsoftmaxHead implements Head {
  private final Backend backend;
  private final Tensor weights; // [V, D], its own or the token embedding's
  private final BackwardProducts products;
  private final BackwardProducts hiddenProducts;
  private final ContextChunks chunks;

  /** Over W [V, D]. */
  public SigsoftmaxHead(Backend backend, Trainable trained) {
    this.backend = backend;
    this.weights = trained.value();
    this.products = new BackwardProducts.Exact(backend, weights, trained.gradient());
    this.hiddenProducts = new BackwardProducts.HiddenOnly(backend, weights);
    this.chunks = new ContextChunks(backend, weights, 2, 1);
  }

  @Override
  public long vocabulary() {
    return weights.rows();
  }

  @Override
  public HeadScores scores(Tensor hidden, Tensor targets) {
    chunks.forEach(
        hidden.rows(),
        (first, count) -> {
          Tensor logits = transformed(hidden, first, count);
          backend.argmaxRows(logits, chunks.argmax(first, count));
          backend.crossEntropyLoss(
              logits, targets.slice(first, count), chunks.losses(first, count));
        });
    return chunks.scores(targets);
  }

  @Override
  public void gradients(
      Tensor hidden, Tensor targets, double scale, Tensor dHidden, BlockVisitor tap) {
    backward(hidden, targets, scale, dHidden, tap, products);
  }

  @Override
  public void hiddenGradients(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {
    backward(hidden, targets, scale, dHidden, BlockVisitor.NONE, hiddenProducts);
  }

  private void backward(
      Tensor hidden,
      Tensor targets,
      double scale,
      Tensor dHidden,
      BlockVisitor tap,
      BackwardProducts products) {
    chunks.forEach(
        hidden.rows(),
        (first, count) -> {
          Tensor gradient = gradient(hidden, targets, scale, first, count);
          tap.accept(first, gradient);
          backend.elementwiseBackward(
              Elementwise.SIGSOFTMAX, untransformed(count), gradient, gradient);
          products.add(first, gradient, hidden.rows(first, count), dHidden.rows(first, count));
        });
  }

  @Override
  public double streamGradient(Tensor hidden, Tensor targets, double scale, BlockVisitor tap) {
    chunks.forEach(
        hidden.rows(),
        (first, count) -> tap.accept(first, gradient(hidden, targets, scale, first, count)));
    return scale * lossSum(hidden.rows());
  }

  /** Rows of G, with their losses in the buffer. */
  private Tensor gradient(Tensor hidden, Tensor targets, double scale, long first, long count) {
    Tensor logits = transformed(hidden, first, count);
    backend.crossEntropy(logits, targets.slice(first, count), scale, chunks.losses(first, count));
    return logits;
  }

  /** L [count, V]; z stays in its buffer. */
  private Tensor transformed(Tensor hidden, long first, long count) {
    Tensor z = untransformed(count);
    Tensor logits = chunks.logits(z.size(), count, weights.rows());
    backend.gemm(Transpose.NO, Transpose.YES, 1, hidden.rows(first, count), weights, 0, z);
    backend.elementwise(Elementwise.SIGSOFTMAX, z, logits);
    return logits;
  }

  private Tensor untransformed(long count) {
    return chunks.logits(0, count, weights.rows());
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
    return chunks.generation();
  }

  @Override
  public void close() {
    chunks.close();
  }
}
