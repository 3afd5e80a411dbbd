package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The change of the logits L = HWᵀ that one gradient step on H and W makes, to first order: ΔL =
 * −η(G W Wᵀ + H HᵀG), of rank at most 2D (arXiv 2603.10145). It is streamed as (GW)Wᵀ + H(HᵀG) in
 * chunks of rows, in f64; only HᵀG [D, V], the transposed gradient of the head weights, is kept.
 */
public final class LogitStep implements RowChunks, AutoCloseable {
  private final Backend backend;
  private final RowChunks gradient;
  private final double learningRate;
  private final Tensor hiddenStates;
  private final Tensor headWeights;
  private final Tensor headGradient;
  private final ChunkBuffer wideChunk;
  private final ChunkBuffer hiddenChunk;
  private final ChunkBuffer stepChunk;
  private final CloseStack parts;

  /**
   * Reads the gradient once, for HᵀG.
   *
   * @param learningRate η
   * @param hiddenStates H [N, D], F32 or F64; copied
   * @param headWeights W [V, D], F32 or F64; copied
   * @param gradient G [N, V]
   */
  public LogitStep(
      Backend backend,
      double learningRate,
      Tensor hiddenStates,
      Tensor headWeights,
      RowChunks gradient) {
    if (hiddenStates.rows() != gradient.rows()
        || headWeights.rows() != gradient.cols()
        || hiddenStates.cols() != headWeights.cols()) {
      throw new IllegalArgumentException(
          "hidden states %s, head weights %s and a gradient [%s, %s] do not fit"
              .formatted(hiddenStates, headWeights, gradient.rows(), gradient.cols()));
    }
    this.backend = backend;
    this.gradient = gradient;
    this.learningRate = learningRate;
    try (var opened = new CloseStack()) {
      TensorScope scope = opened.own(backend.newScope());
      this.hiddenStates = widened(scope, hiddenStates);
      this.headWeights = widened(scope, headWeights);
      this.headGradient = scope.zeros(ElementType.F64, hiddenStates.cols(), gradient.cols());
      this.wideChunk = opened.own(new ChunkBuffer(backend, gradient.cols()));
      this.hiddenChunk = opened.own(new ChunkBuffer(backend, hiddenStates.cols()));
      this.stepChunk = opened.own(new ChunkBuffer(backend, gradient.cols()));
      gradient.forEach(this::accumulateHeadGradient);
      this.parts = opened.keep();
    }
  }

  @Override
  public long rows() {
    return gradient.rows();
  }

  @Override
  public long cols() {
    return gradient.cols();
  }

  /** Shows ΔL in F64 chunks, reading the gradient once. */
  @Override
  public void forEach(BlockVisitor visitor) {
    gradient.forEach(
        (firstRow, chunk) -> visitor.accept(firstRow, step(firstRow, wideChunk.widened(chunk))));
  }

  /** The exact singular values of ΔL, by the Gram matrix of its rows. */
  public Spectrum spectrum() {
    try (GramSpectrum spectrum = GramSpectrum.ofRows(backend, cols())) {
      forEach((_, step) -> spectrum.add(step));
      return spectrum.finish();
    }
  }

  /**
   * The part of G that no length of a step along ΔL removes: min over t of ‖G + tΔL‖/‖G‖ = √(1 −
   * cos²(G, ΔL)). Not less than the best residual of rank 2D, because tΔL has that rank.
   */
  public double directionResidual() {
    double[] sums = new double[3];
    gradient.forEach((firstRow, chunk) -> {
      Tensor wide = wideChunk.widened(chunk);
      Tensor step = step(firstRow, wide);
      sums[0] += backend.sumOfSquares(wide);
      sums[1] += backend.sumOfSquares(step);
      sums[2] += backend.dot(wide, step);
    });
    if (!(sums[0] > 0 && sums[1] > 0)) {
      throw new IllegalStateException("a zero gradient or step has no direction");
    }
    double cosine = Math.min(1, Math.abs(sums[2]) / Math.sqrt(sums[0]) / Math.sqrt(sums[1]));
    return Math.sqrt((1 - cosine) * (1 + cosine));
  }

  @Override
  public void close() {
    parts.close();
  }

  private Tensor widened(TensorScope scope, Tensor matrix) {
    Tensor wide = scope.zeros(ElementType.F64, matrix.rows(), matrix.cols());
    backend.copy(matrix, wide);
    return wide;
  }

  private void accumulateHeadGradient(long firstRow, Tensor chunk) {
    Tensor hidden = hiddenStates.rows(firstRow, chunk.rows());
    Tensor wide = wideChunk.widened(chunk);
    backend.gemm(Transpose.YES, Transpose.NO, 1, hidden, wide, 1, headGradient);
  }

  /** Rows of ΔL from the widened rows of G; valid until the next call. */
  private Tensor step(long firstRow, Tensor wide) {
    Tensor hidden = hiddenStates.rows(firstRow, wide.rows());
    Tensor hiddenGradient = hiddenChunk.ofRows(wide.rows());
    Tensor step = stepChunk.ofRows(wide.rows());
    backend.gemm(Transpose.NO, Transpose.NO, 1, wide, headWeights, 0, hiddenGradient);
    backend.gemm(Transpose.NO, Transpose.YES, -learningRate, hiddenGradient, headWeights, 0, step);
    backend.gemm(Transpose.NO, Transpose.NO, -learningRate, hidden, headGradient, 1, step);
    return step;
  }
}
