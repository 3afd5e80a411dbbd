package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The energy of a logit gradient G [N, V] and of what a head keeps of it, G·P_W, over the right
 * singular vectors v₁, v₂, … of G, those of the largest singular values first:
 *
 * <ul>
 *   <li>of G, component i has ‖G vᵢ‖² = σᵢ²;
 *   <li>of G·P_W, it has ‖G P_W vᵢ‖²;
 *   <li>of G·W·Wᵀ, which a step on the hidden states moves the logits by, ‖G W Wᵀ vᵢ‖².
 * </ul>
 *
 * They sum to the whole energy, ‖G‖² and so on, because the V vectors are an orthonormal basis. The
 * vectors are eigenvectors of the Gram matrix GᵀG, accumulated in f64 from chunks of rows. With Z =
 * [vᵢᵀ]·Q for an orthonormal basis Q of W's columns and M = (GQ)ᵀ(GQ) = Zᵀ·diag(σ²)·Z, the second
 * energy is zᵢ·M·zᵢᵀ.
 *
 * <p><b>A random head.</b> For a uniformly random subspace of dimension D, E[P A P] = α·A +
 * β·tr(A)·I with α = (D/V)·(V(D+1) − 2)/((V−1)(V+2)) and β = (D/V)·(V − D)/((V−1)(V+2)): of the
 * energy kept, a share near D/V lies as G's does and the rest is spread evenly over all V
 * components.
 *
 * <p><b>Degenerate components.</b> Where singular values are equal the vectors are not determined,
 * and no single one is ever compared. The sum of the first k energies is determined if σₖ > σₖ₊₁:
 * {@link #cumulativeError} bounds its error by the gap between the two.
 */
public final class GradientComponents implements AutoCloseable {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  private final Backend backend;
  private final TensorScope scope;

  /** Rows are eigenvectors, by ascending eigenvalue. */
  private final Tensor vectors;

  private final double[] ascending;
  private final double eigenvalueError;

  /**
   * Reads the gradient once; memory is one V×V matrix.
   *
   * @param gradient G [N, V]
   */
  public GradientComponents(Backend backend, RowChunks gradient) {
    this.backend = backend;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      long vocabulary = gradient.cols();
      this.vectors = scope.zeros(ElementType.F64, vocabulary, vocabulary);
      gradient.forEach((_, chunk) ->
          backend.syrk(Transpose.YES, chunk.reshape(chunk.rows(), chunk.cols()), 1, vectors));
      Tensor eigenvalues = scope.zeros(ElementType.F64, vocabulary);
      backend.symmetricEigenvectors(vectors, eigenvalues);
      this.ascending = backend.toDoubles(eigenvalues);
      double energy = 0;
      for (int i = 0; i < ascending.length; i++) {
        ascending[i] = Math.max(0, ascending[i]);
        energy += ascending[i];
      }
      this.eigenvalueError = (gradient.rows() + vocabulary) * UNIT_ROUNDOFF * energy;
      opened.keep();
    }
  }

  /** σᵢ², the energy of G by component, the largest first: [V]. */
  public double[] energies() {
    double[] energies = new double[ascending.length];
    for (int i = 0; i < energies.length; i++) {
      energies[i] = ascending[energies.length - 1 - i];
    }
    return energies;
  }

  /**
   * ‖G P_W vᵢ‖², the energy kept by component, in the order of {@link #energies}.
   *
   * @param headWeights W [V, D], F32 or F64, D ≤ V; not changed
   */
  public double[] keptEnergies(Tensor headWeights) {
    try (TensorScope scratch = backend.newScope()) {
      Tensor q = wide(headWeights, scratch);
      backend.qr(q, scratch.zeros(ElementType.F64, q.cols(), q.cols()));
      return energiesThrough(q);
    }
  }

  /**
   * ‖G W Wᵀ vᵢ‖², the energy by component of what a step on the hidden states moves, in the order
   * of {@link #energies}.
   *
   * @param headWeights W [V, D], F32 or F64; not changed
   */
  public double[] movedEnergies(Tensor headWeights) {
    try (TensorScope scratch = backend.newScope()) {
      return energiesThrough(wide(headWeights, scratch));
    }
  }

  /** ‖G B Bᵀ vᵢ‖² = zᵢ·M·zᵢᵀ with Z = [vᵢᵀ]·B for any B [V, D]. */
  private double[] energiesThrough(Tensor b) {
    int vocabulary = ascending.length;
    int width = (int) b.cols();
    try (TensorScope scratch = backend.newScope()) {
      Tensor coordinates = scratch.zeros(ElementType.F64, vocabulary, width);
      backend.gemm(Transpose.NO, Transpose.NO, 1, vectors, b, 0, coordinates);
      double[] z = backend.toDoubles(coordinates);
      Tensor weighted = scratch.zeros(ElementType.F64, vocabulary, width);
      backend.write(weighted(z, width), weighted);
      Tensor gram = scratch.zeros(ElementType.F64, width, width);
      backend.gemm(Transpose.YES, Transpose.NO, 1, weighted, coordinates, 0, gram);
      backend.gemm(Transpose.NO, Transpose.NO, 1, coordinates, gram, 0, weighted);
      double[] product = backend.toDoubles(weighted);
      double[] kept = new double[vocabulary];
      for (int row = 0; row < vocabulary; row++) {
        double dot = 0;
        for (int i = row * width; i < (row + 1) * width; i++) {
          dot += z[i] * product[i];
        }
        kept[vocabulary - 1 - row] = Math.max(0, dot);
      }
      return kept;
    }
  }

  /**
   * Bound on the error of a relative cumulative energy over the first k components: twice the sine
   * of the angle by which their space may turn, (error of an eigenvalue)/(σₖ² − σₖ₊₁²) by Davis and
   * Kahan (SIAM J. Numer. Anal. 7, 1970), and at most 1. Nothing is uncertain about all V.
   */
  public double cumulativeError(int k) {
    int below = ascending.length - 1 - k;
    if (below < 0) {
      return 0;
    }
    double gap = ascending[below + 1] - ascending[below];
    return gap > 0 ? Math.min(1, 2 * eigenvalueError / gap) : 1;
  }

  @Override
  public void close() {
    scope.close();
  }

  private double[] weighted(double[] rows, int width) {
    double[] weighted = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      weighted[i] = rows[i] * ascending[i / width];
    }
    return weighted;
  }

  private Tensor wide(Tensor headWeights, TensorScope scratch) {
    Tensor copy = scratch.zeros(ElementType.F64, headWeights.rows(), headWeights.cols());
    backend.copy(headWeights.reshape(headWeights.rows(), headWeights.cols()), copy);
    return copy;
  }
}
