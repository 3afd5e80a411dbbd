package dev.gatun.backend.cuda;

import dev.gatun.backend.MathMode;
import dev.gatun.backend.OperandChecks;
import dev.gatun.backend.Transpose;
import dev.gatun.bindings.cublas.CuBlas;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Matrix products by cuBLAS. Row-major C = A·B is, read by columns, Cᵀ = Bᵀ·Aᵀ: the operands change
 * places and nothing is copied, but for the rounded operands of {@link MathMode#BF16}.
 */
final class MatrixProducts {
  private static final Kernel SCALE_F32 = new Kernel("gemm", "scale_product_f32");
  private static final Kernel SCALE_F64 = new Kernel("gemm", "scale_product_f64");
  private static final Kernel ROUND = new Kernel("gemm", "round_to_bf16");

  /** Rows of rounded operands start at multiples of 16 bytes, which tensor cores load. */
  private static final int ROUNDED_ALIGNMENT = 8;

  private final OperandChecks checks = new OperandChecks(ElementType.F32, false);
  private final Launcher launcher;
  private final CublasHandle cublas;
  private final MathMode math;
  private final DeviceScratch left;
  private final DeviceScratch right;

  MatrixProducts(Launcher launcher, DeviceMemory memory, CublasHandle cublas, MathMode math) {
    this.launcher = launcher;
    this.cublas = cublas;
    this.math = math;
    this.left = new DeviceScratch(memory);
    this.right = new DeviceScratch(memory);
  }

  /** As {@link dev.gatun.backend.Backend#gemm}. */
  void gemm(Transpose ta, Transpose tb, double alpha, Tensor a, Tensor b, double beta, Tensor c) {
    checks.gemm(ta, tb, a, b, c);
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
    boolean rounded = math == MathMode.BF16 && c.type() == ElementType.F32;
    var first = rounded ? rounded(b, tb, right) : asStored(b, tb);
    var second = rounded ? rounded(a, ta, left) : asStored(a, ta);
    cublas.gemm(n, m, k, alpha, first, second, beta, c, computeType(c.type()));
  }

  private int computeType(ElementType type) {
    if (type == ElementType.F64) {
      return CuBlas.CUBLAS_COMPUTE_64F();
    }
    return switch (math) {
      case F32 -> CuBlas.CUBLAS_COMPUTE_32F_PEDANTIC();
      case TF32 -> CuBlas.CUBLAS_COMPUTE_32F_FAST_TF32();
      case BF16 -> CuBlas.CUBLAS_COMPUTE_32F();
    };
  }

  private static CublasHandle.Operand asStored(Tensor x, Transpose transpose) {
    return new CublasHandle.Operand(
        x.memory(), CublasHandle.dataType(x.type()), transpose, Math.toIntExact(x.cols()));
  }

  private CublasHandle.Operand rounded(Tensor x, Transpose transpose, DeviceScratch scratch) {
    long cols = x.cols();
    long stride = Math.ceilDiv(cols, ROUNDED_ALIGNMENT) * ROUNDED_ALIGNMENT;
    // Two of them to an element: Gatun has no tensors of 16 bits.
    Tensor y = scratch.get(ElementType.I32, x.rows() * stride / 2);
    // Without padding all rows are one, which no short row keeps threads idle in.
    boolean dense = stride == cols;
    long rows = dense ? 1 : x.rows();
    long length = dense ? x.size() : cols;
    int fours = Alignment.inFours(length, x);
    launcher.launch(
        ROUND,
        MatrixGrid.of(rows, length, fours == 1 ? 4 : 1),
        x,
        y,
        rows,
        length,
        dense ? length : stride,
        fours);
    return new CublasHandle.Operand(
        y.memory(), CuBlas.CUDA_R_16BF(), transpose, Math.toIntExact(stride));
  }

  /** A product of no terms: C ← beta·C. */
  private void scaleProduct(Tensor c, double beta) {
    boolean single = c.type() == ElementType.F32;
    launcher.launch(
        single ? SCALE_F32 : SCALE_F64,
        MatrixGrid.of(1, c.size(), 1),
        c,
        single ? (Object) (float) beta : (Object) beta,
        c.size());
  }
}
