package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Measures how much of a logit gradient G [N, V], seen in chunks of rows, the head keeps. Each
 * chunk is widened to f64; sums are ‖G‖² and (GB)ᵀ(GB), from which the kept energy follows by a
 * trace (see {@link HeadSubspace#keptEnergy}); no singular values are needed.
 */
public final class HeadProjection implements AutoCloseable {
  private final Backend backend;
  private final HeadSubspace subspace;
  private final Tensor projectedGram;
  private final ChunkBuffer wideChunk;
  private final ChunkBuffer projectedChunk;
  private final CloseStack parts;
  private long contexts;
  private double energy;

  /**
   * For a head.
   *
   * @param headWeights W [V, D], F32 or F64; copied
   * @throws RankDeficientHeadException if the columns of W are linearly dependent
   */
  public HeadProjection(Backend backend, Tensor headWeights) {
    this(backend, new HeadSubspace(backend, headWeights), true);
  }

  /** For a head; the subspace stays the caller's. */
  public HeadProjection(Backend backend, HeadSubspace subspace) {
    this(backend, subspace, false);
  }

  private HeadProjection(Backend backend, HeadSubspace subspace, boolean ownsSubspace) {
    this.backend = backend;
    this.subspace = subspace;
    try (var opened = new CloseStack()) {
      if (ownsSubspace) {
        opened.own(subspace);
      }
      TensorScope scope = opened.own(backend.newScope());
      this.projectedGram = scope.zeros(ElementType.F64, subspace.width(), subspace.width());
      this.wideChunk = opened.own(new ChunkBuffer(backend, subspace.vocabulary()));
      this.projectedChunk = opened.own(new ChunkBuffer(backend, subspace.width()));
      this.parts = opened.keep();
    }
  }

  /** The column space projected on. */
  public HeadSubspace subspace() {
    return subspace;
  }

  /**
   * Adds the next rows of G.
   *
   * @param gradientChunk [R, V], F32 or F64; not kept, not changed
   */
  public void add(Tensor gradientChunk) {
    if (gradientChunk.cols() != subspace.vocabulary()) {
      throw new IllegalArgumentException(
          "a gradient chunk for %s tokens cannot be %s"
              .formatted(subspace.vocabulary(), gradientChunk));
    }
    Tensor wide =
        gradientChunk.type() == ElementType.F64 ? gradientChunk : wideChunk.widened(gradientChunk);
    Tensor projected = projectedChunk.ofRows(wide.rows());
    backend.gemm(Transpose.NO, Transpose.NO, 1, wide, subspace.basis(), 0, projected);
    backend.syrk(Transpose.YES, projected, 1, projectedGram);
    energy += backend.sumOfSquares(wide);
    contexts += wide.rows();
  }

  /**
   * The projection of all rows added so far.
   *
   * @throws IllegalStateException if they are none, or all zero
   */
  public GradientProjection result() {
    if (!(energy > 0)) {
      throw new IllegalStateException("the logit gradient is zero: nothing to project");
    }
    double kept = Math.min(1, Math.sqrt(subspace.keptEnergy(projectedGram) / energy));
    return new GradientProjection(
        contexts,
        subspace.vocabulary(),
        subspace.width(),
        Math.sqrt(energy),
        kept,
        subspace.headConditionNumber());
  }

  /**
   * Cosine of G, of all rows added so far, and of G·W·Wᵀ: how good a direction a step on the hidden
   * states moves the logits in.
   */
  public double cosine() {
    return subspace.cosine(projectedGram, energy);
  }

  @Override
  public void close() {
    parts.close();
  }
}
