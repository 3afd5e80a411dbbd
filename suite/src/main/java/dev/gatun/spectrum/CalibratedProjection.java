package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The energy that a head is expected to keep of the logit gradient of a calibrated model, one whose
 * labels are drawn from its own probabilities p_n. It needs no labels: with Π the projector on the
 * head's column space and ℓ_v = Π_vv the leverage of token v,
 *
 * <pre>
 * E‖Π(p_n − e_y)‖² = Σ_v p_nv·ℓ_v − p_nᵀΠp_n,    E‖p_n − e_y‖² = 1 − ‖p_n‖²,
 * c² = Σ_n [Σ_v p_nv·ℓ_v − p_nᵀΠp_n] / Σ_n [1 − ‖p_n‖²].
 * </pre>
 */
public final class CalibratedProjection implements AutoCloseable {
  private final Backend backend;
  private final HeadSubspace subspace;
  private final TensorScope scope;
  private final double[] leverage;
  private final Tensor projectedGram; // (PB)ᵀ(PB) [D, D]
  private final ChunkBuffer projectedChunk;
  private double ofLabels; // Σ_n Σ_v p_nv·ℓ_v
  private double unsure; // Σ_n (1 − ‖p_n‖²)

  /** For a head; the subspace stays the caller's. */
  public CalibratedProjection(Backend backend, HeadSubspace subspace) {
    this.backend = backend;
    this.subspace = subspace;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      this.leverage = subspace.leverage();
      this.projectedGram = scope.zeros(ElementType.F64, subspace.width(), subspace.width());
      this.projectedChunk = new ChunkBuffer(backend, subspace.width());
      opened.keep();
    }
  }

  /**
   * Adds the probabilities of some contexts.
   *
   * @param probabilities P [R, V] F64; not kept, not changed
   */
  public void add(Tensor probabilities) {
    Tensor projected = projectedChunk.ofRows(probabilities.rows());
    backend.gemm(Transpose.NO, Transpose.NO, 1, probabilities, subspace.basis(), 0, projected);
    backend.syrk(Transpose.YES, projected, 1, projectedGram);
    double[] p = backend.toDoubles(probabilities);
    for (int i = 0; i < p.length; i++) {
      ofLabels += p[i] * leverage[i % leverage.length];
    }
    unsure += probabilities.rows() - backend.sumOfSquares(probabilities);
  }

  /** Σ_n [1 − ‖p_n‖²], the expected energy of all p_n − e_y. */
  public double energy() {
    return unsure;
  }

  /** c², the expected share of the energy that is kept. */
  public double keptEnergy() {
    return (ofLabels - subspace.keptEnergy(projectedGram)) / unsure;
  }

  @Override
  public void close() {
    projectedChunk.close();
    scope.close();
  }
}
