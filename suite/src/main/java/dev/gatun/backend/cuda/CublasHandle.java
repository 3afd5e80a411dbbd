package dev.gatun.backend.cuda;

import dev.gatun.backend.Transpose;
import dev.gatun.bindings.cublas.CuBlas;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * cuBLAS on the backend's stream, with a workspace of the backend's own: cuBLAS is deterministic
 * where its workspace is always the same, and a captured call may not allocate one.
 *
 * <p>cuBLAS reads matrices by columns. To it a row-major matrix is the transposed one, and its
 * lower triangle the upper one; the methods here say what they compute in cuBLAS' terms.
 */
final class CublasHandle implements AutoCloseable {
  /**
   * What NVIDIA recommends for sm_90 and newer, and what {@code CUBLAS_WORKSPACE_CONFIG=:4096:8}
   * says. The same on every device, because the algorithm chosen may depend on it.
   */
  static final long WORKSPACE_BYTES = 32L << 20;

  // Scalars lie in host memory: cuBLAS has read them when a call returns.
  private final MemorySegment alpha;
  private final MemorySegment beta;
  private final Launcher launcher;
  private final MemorySegment handle;

  CublasHandle(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    alpha = memory.arena().allocate(ValueLayout.JAVA_DOUBLE);
    beta = memory.arena().allocate(ValueLayout.JAVA_DOUBLE);
    MemorySegment cell = memory.arena().allocate(ValueLayout.ADDRESS);
    check(CuBlas.cublasCreate_v2(cell), "cublasCreate_v2");
    handle = cell.get(ValueLayout.ADDRESS, 0);
    try (var opened = new CloseStack()) {
      opened.own(() -> CuBlas.cublasDestroy_v2(handle));
      configure(memory);
      opened.keep();
    }
  }

  private void configure(DeviceMemory memory) {
    Tensor workspace =
        memory.allocateScratch(ElementType.F32, WORKSPACE_BYTES / ElementType.F32.byteSize());
    // The stream first: setting it takes the workspace away.
    check(CuBlas.cublasSetStream_v2(handle, launcher.stream()), "cublasSetStream_v2");
    check(
        CuBlas.cublasSetWorkspace_v2(handle, workspace.memory(), WORKSPACE_BYTES),
        "cublasSetWorkspace_v2");
    check(
        CuBlas.cublasSetPointerMode_v2(handle, CuBlas.CUBLAS_POINTER_MODE_HOST()),
        "cublasSetPointerMode_v2");
    // Strictness is chosen call by call, by the compute type: a pedantic handle would keep F64
    // products off the tensor cores, which round as IEEE 754 says.
    int math =
        CuBlas.CUBLAS_DEFAULT_MATH() | CuBlas.CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION();
    check(CuBlas.cublasSetMathMode(handle, math), "cublasSetMathMode");
  }

  /**
   * An operand as cuBLAS sees it: by columns.
   *
   * @param dataType a {@code CUDA_R_} constant
   * @param leadingDimension elements from one column to the next
   */
  record Operand(MemorySegment memory, int dataType, Transpose transpose, int leadingDimension) {
    private int operation() {
      return CublasHandle.operation(transpose);
    }
  }

  /**
   * C ← alpha·op(A)·op(B) + beta·C by columns, with op(A) [m, k], op(B) [k, n], C [m, n] dense.
   *
   * @param computeType a {@code CUBLAS_COMPUTE_} constant; its scalars are of C's type
   */
  void gemm(
      int m,
      int n,
      int k,
      double alpha,
      Operand a,
      Operand b,
      double beta,
      Tensor c,
      int computeType) {
    prepare(c, alpha, beta);
    launcher.clock().begin();
    int status =
        CuBlas.cublasGemmEx(
            handle,
            a.operation(),
            b.operation(),
            m,
            n,
            k,
            this.alpha,
            a.memory,
            a.dataType,
            a.leadingDimension,
            b.memory,
            b.dataType,
            b.leadingDimension,
            this.beta,
            c.memory(),
            dataType(c.type()),
            m,
            computeType,
            CuBlas.CUBLAS_GEMM_DEFAULT());
    CudaStatus.CUBLAS.check(status, "cublasGemmEx", "m " + m, "n " + n, "k " + k, "c " + c);
    if (launcher.clock().isOn()) {
      launcher.clock().end(name(m, n, k, a, b));
    }
  }

  /** The name of a product as its caller sees it, by rows: {@code product NT 2048x576x1536}. */
  private static String name(int m, int n, int k, Operand a, Operand b) {
    return "product %s%s %dx%dx%d".formatted(letter(b), letter(a), n, m, k);
  }

  private static char letter(Operand operand) {
    return operand.transpose == Transpose.NO ? 'N' : 'T';
  }

  /**
   * Upper triangle, by columns, of C ← A·Aᵀ + beta·C (transpose NO, A [n, k]) or AᵀA + beta·C (YES,
   * A [k, n]) in F64, C [n, n] dense.
   */
  void dsyrk(
      Transpose transpose,
      int n,
      int k,
      MemorySegment a,
      int leadingDimension,
      double beta,
      Tensor c) {
    prepare(c, 1, beta);
    int status =
        CuBlas.cublasDsyrk_v2(
            handle,
            CuBlas.CUBLAS_FILL_MODE_UPPER(),
            operation(transpose),
            n,
            k,
            alpha,
            a,
            leadingDimension,
            this.beta,
            c.memory(),
            n);
    CudaStatus.CUBLAS.check(status, "cublasDsyrk_v2", "n " + n, "k " + k, "c " + c);
  }

  /**
   * Solves X·op(U) = B by columns for B [k, n], in place, with the upper triangle of U [n, n].
   *
   * @param u F32 or F64, dense
   * @param b of U's type, dense
   */
  void solveUpperFromTheRight(Transpose transpose, int n, int k, Tensor u, Tensor b) {
    prepare(b, 1, 0);
    boolean single = u.type() == ElementType.F32;
    int side = CuBlas.CUBLAS_SIDE_RIGHT();
    int upper = CuBlas.CUBLAS_FILL_MODE_UPPER();
    int nonUnit = CuBlas.CUBLAS_DIAG_NON_UNIT();
    int op = operation(transpose);
    MemorySegment a = u.memory();
    MemorySegment x = b.memory();
    int status =
        single
            ? CuBlas.cublasStrsm_v2(handle, side, upper, op, nonUnit, k, n, alpha, a, n, x, k)
            : CuBlas.cublasDtrsm_v2(handle, side, upper, op, nonUnit, k, n, alpha, a, n, x, k);
    CudaStatus.CUBLAS.check(
        status, single ? "cublasStrsm_v2" : "cublasDtrsm_v2", "u " + u, "b " + b);
  }

  /** The {@code CUDA_R_} constant of a real type. */
  static int dataType(ElementType type) {
    return type == ElementType.F32 ? CuBlas.CUDA_R_32F() : CuBlas.CUDA_R_64F();
  }

  private static int operation(Transpose transpose) {
    return transpose == Transpose.NO ? CuBlas.CUBLAS_OP_N() : CuBlas.CUBLAS_OP_T();
  }

  /**
   * Prepares a call that writes to a tensor, whose type its scalars have: puts them in place and
   * makes the device this thread's.
   */
  private void prepare(Tensor written, double alpha, double beta) {
    launcher.stream();
    launcher.writes().to(written);
    if (written.type() == ElementType.F32) {
      this.alpha.set(ValueLayout.JAVA_FLOAT, 0, (float) alpha);
      this.beta.set(ValueLayout.JAVA_FLOAT, 0, (float) beta);
    } else {
      this.alpha.set(ValueLayout.JAVA_DOUBLE, 0, alpha);
      this.beta.set(ValueLayout.JAVA_DOUBLE, 0, beta);
    }
  }

  private static void check(int status, String call) {
    CudaStatus.CUBLAS.check(status, call);
  }

  @Override
  public void close() {
    launcher.stream();
    launcher
        .leftovers()
        .count(CudaStatus.CUBLAS, CuBlas.cublasDestroy_v2(handle), "cublasDestroy_v2");
  }
}
