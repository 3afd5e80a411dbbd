package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Measures what any head lets through of a logit gradient, one context at a time. The gradient of
 * context n's hidden state is J_nᵀ·g_n, with J_n = ∂log P/∂h [V, D] there and g_n its row of G, so
 * that of g_n only the part in the column space of J_n gets through. For a linear head all J_n have
 * one column space, that of W up to a number per context, and this is A1's projection; for others
 * there is one for each context and no matrix W to project on.
 *
 * <p>Log-probabilities are known up to a number per context, which softmax does not see. Columns of
 * J_n are therefore centred, and g_n adds up to 0 by itself. Everything is in f64, with singular
 * values of J_n from its Gram matrix; those below max(V·2⁻²³, √(V·2⁻⁵²)) of the largest (or below
 * the latter alone for an F64 Jacobian) are not told from rounding and count as 0.
 */
public final class JacobianProjection implements AutoCloseable {
  private static final double EPSILON_F32 = 0x1p-23;
  private static final double EPSILON_F64 = 0x1p-52;

  private final Backend backend;
  private final TensorScope scope;
  private final long vocabulary;
  private final int width;
  private final Tensor centred; // J_n [V, D]
  private final Tensor gram; // [D, D]
  private final Tensor eigenvalues; // [D]
  private final Tensor gradient; // g_n [V, 1]
  private final Tensor hiddenGradient; // J_nᵀ·g_n [D, 1]
  private final Tensor steps; // [contexts, V]
  private double tolerance;
  private long contexts;
  private double energy;
  private double keptEnergy;
  private long ranks;

  /** For so many contexts of a head of V tokens and hidden states of width D. */
  public JacobianProjection(Backend backend, long vocabulary, long width, long contexts) {
    this.backend = backend;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      this.vocabulary = vocabulary;
      this.width = Math.toIntExact(width);
      this.centred = zeros(vocabulary, width);
      this.gram = zeros(width, width);
      this.eigenvalues = zeros(width);
      this.gradient = zeros(vocabulary, 1);
      this.hiddenGradient = zeros(width, 1);
      this.steps = zeros(contexts, vocabulary);
      opened.keep();
    }
  }

  private Tensor zeros(long... extents) {
    return scope.zeros(ElementType.F64, extents);
  }

  /**
   * Adds the next context.
   *
   * @param jacobian J_n [V, D], F32 or F64; not changed
   * @param logitGradient g_n [1, V], F32 or F64; not changed
   */
  public void add(Tensor jacobian, Tensor logitGradient) {
    tolerance = Math.sqrt(vocabulary * EPSILON_F64);
    if (jacobian.type() == ElementType.F32) {
      tolerance = Math.max(tolerance, vocabulary * EPSILON_F32);
    }
    backend.copy(jacobian, centred);
    backend.copy(logitGradient, gradient);
    Centring.centreColumns(backend, centred);
    backend.gemm(Transpose.YES, Transpose.NO, 1, centred, gradient, 0, hiddenGradient);
    energy += backend.sumOfSquares(gradient);
    keptEnergy += keptEnergy();
    Tensor step = steps.rows(contexts, 1).reshape(vocabulary, 1);
    backend.gemm(Transpose.NO, Transpose.NO, 1, centred, hiddenGradient, 0, step);
    double length = Math.sqrt(backend.sumOfSquares(step));
    if (length > 0) {
      backend.scale(1 / length, step);
    }
    contexts++;
  }

  /** ‖P_n g_n‖² = Σᵢ (vᵢ·J_nᵀg_n)²/σᵢ² over the singular values of J_n that count. */
  private double keptEnergy() {
    backend.syrk(Transpose.YES, centred, 0, gram);
    backend.symmetricEigenvectors(gram, eigenvalues);
    double[] squares = backend.toDoubles(eigenvalues);
    double[] vectors = backend.toDoubles(gram);
    double[] through = backend.toDoubles(hiddenGradient);
    double least = tolerance * tolerance * squares[width - 1];
    double kept = 0;
    for (int i = width - 1; i >= 0 && squares[i] > least; i--) {
      double dot = 0;
      for (int d = 0; d < width; d++) {
        dot += vectors[i * width + d] * through[d];
      }
      kept += dot * dot / squares[i];
      ranks++;
    }
    return kept;
  }

  /**
   * The projection of all contexts, of which there are as many as were announced.
   *
   * @throws IllegalStateException if there are fewer, or all gradients are zero
   */
  public LocalProjection result() {
    if (contexts < steps.rows() || !(energy > 0)) {
      throw new IllegalStateException(
          "%s contexts of %s were added, with a gradient of norm %s"
              .formatted(contexts, steps.rows(), Math.sqrt(energy)));
    }
    return new LocalProjection(
        contexts,
        vocabulary,
        width,
        Math.min(1, Math.sqrt(keptEnergy / energy)),
        (double) ranks / contexts,
        DirectSpectrum.of(backend, steps),
        tolerance);
  }

  @Override
  public void close() {
    scope.close();
  }
}
