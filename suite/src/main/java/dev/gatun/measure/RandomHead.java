package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * The null that is as like a head as it can be without being trained on what it is measured on: the
 * head's own singular values and right singular vectors, with left ones that know nothing.
 *
 * <p>Of W = Q·R, Q [V, D] with orthonormal columns, it is M = Q'·R with Q' from the uniform (Haar)
 * distribution: MᵀM = WᵀW, and M's left singular vectors are uniform too. Q' is that of a Gaussian
 * matrix, whose column space M therefore has: what depends on the column space alone, such as the
 * destroyed norm, is the same for M as for that Gaussian head.
 *
 * <p>Of a direction −G·M·Mᵀ in the space of logits, the cosine with −G is near √(D_eff/V), D_eff =
 * (Σσ²)²/Σσ⁴ ({@link dev.gatun.spectrum.Spectrum#participationRatio}).
 */
public final class RandomHead {
  private RandomHead() {}

  /**
   * M [V, D] in F64, for W or for C·W.
   *
   * @param weights W [V, D], F32 or F64, D ≤ V; not changed
   * @param normals [V, D], independent standard normal numbers, centred if the weights are; not
   *     changed
   */
  public static Tensor ofSpectrum(
      Backend backend, TensorScope result, Tensor weights, Tensor normals) {
    long rows = weights.rows();
    long width = weights.cols();
    Tensor head = result.zeros(ElementType.F64, rows, width);
    try (TensorScope scratch = backend.newScope()) {
      Tensor columns = scratch.zeros(ElementType.F64, rows, width);
      Tensor ofWeights = scratch.zeros(ElementType.F64, width, width);
      Tensor ofNormals = scratch.zeros(ElementType.F64, width, width);
      backend.copy(weights.reshape(rows, width), columns);
      backend.qr(columns, ofWeights);
      backend.copy(normals.reshape(rows, width), columns);
      backend.qr(columns, ofNormals);
      backend.write(
          withSigns(backend.toDoubles(ofWeights), backend.toDoubles(ofNormals)), ofWeights);
      backend.gemm(Transpose.NO, Transpose.NO, 1, columns, ofWeights, 0, head);
    }
    return head;
  }

  /**
   * Rows of R with the signs of a diagonal: only the decomposition with a positive diagonal has a
   * uniform Q (Mezzadri, Notices of the AMS 54, 2007).
   */
  private static double[] withSigns(double[] triangle, double[] diagonal) {
    int width = (int) Math.sqrt(triangle.length);
    for (int i = 0; i < triangle.length; i++) {
      triangle[i] *= Math.signum(diagonal[i / width * (width + 1)]);
    }
    return triangle;
  }
}
