package dev.gatun.backend.cuda;

import dev.gatun.backend.MathMode;
import dev.gatun.backend.Parts;
import dev.gatun.backend.Transpose;
import dev.gatun.bindings.cublas.CuBlas;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Matrix products by cuBLAS. Row-major C = A·B is, read by columns, Cᵀ = Bᵀ·Aᵀ: the operands change
 * places and nothing is copied, but for the rounded operands of {@link MathMode#BF16}.
 *
 * <p>cuBLAS reaches its fastest kernels on tensor cores where the rows of all three matrices have a
 * multiple of 16 bytes and start at such multiples. Of the models that Gatun trains, those of
 * 50,257 classes miss this, in the three products of their head. Rounded gradients of logits have
 * their rows padded, so that these start where they should; f32 logits have not, and neither have
 * their gradients in {@link MathMode#TF32}, since tensors are dense: a padded row would have to be
 * known to every operation on logits. {@code results/benchmarks/gpu-model.md} has what it may cost.
 */
final class MatrixProducts implements Parts.MatrixProducts {
  private static final Kernel SCALE_F32 = new Kernel("gemm", "scale_product_f32");
  private static final Kernel SCALE_F64 = new Kernel("gemm", "scale_product_f64");

  private final Launcher launcher;
  private final CublasHandle cublas;
  private final MathMode math;
  private final RoundedOperands rounded;

  /** With the operands that {@link MathMode#BF16} rounds. */
  MatrixProducts(Launcher launcher, CublasHandle cublas, MathMode math, RoundedOperands rounded) {
    this.launcher = launcher;
    this.cublas = cublas;
    this.math = math;
    this.rounded = rounded;
  }

  @Override
  public void gemm(
      Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    int m = Math.toIntExact(c.rows());
    int n = Math.toIntExact(c.cols());
    int k = Math.toIntExact(ta == Transpose.NO ? a.cols() : a.rows());
    if (m == 0 || n == 0) {
      return;
    }
    if (k == 0) {
      scaleProduct(c, beta);
      return;
    }
    if (math == MathMode.BF16 && c.type() == ElementType.F32) {
      RoundedOperands.Pair pair = rounded.of(ta, tb, a, b);
      int computeType = CuBlas.CUBLAS_COMPUTE_32F();
      cublas.gemm(n, m, k, alpha, pair.right(), pair.left(), beta, c, computeType);
    } else {
      int computeType = computeType(c.type());
      cublas.gemm(n, m, k, alpha, asStored(b, tb), asStored(a, ta), beta, c, computeType);
    }
  }

  private int computeType(ElementType type) {
    if (type == ElementType.F64) {
      return CuBlas.CUBLAS_COMPUTE_64F();
    }
    return math == MathMode.TF32
        ? CuBlas.CUBLAS_COMPUTE_32F_FAST_TF32()
        : CuBlas.CUBLAS_COMPUTE_32F_PEDANTIC();
  }

  private static CublasHandle.Operand asStored(Tensor x, Transpose transpose) {
    return new CublasHandle.Operand(
        x.memory(), CublasHandle.dataType(x.type()), transpose, Math.toIntExact(x.cols()));
  }

  /** A product of no terms: C ← beta·C. */
  private void scaleProduct(Tensor c, double beta) {
    boolean single = c.type() == ElementType.F32;
    launcher.launch(
        single ? SCALE_F32 : SCALE_F64,
        Grid.ofMatrix(1, c.size(), 1),
        c,
        single ? (Object) (float) beta : (Object) beta,
        c.size());
  }
}
