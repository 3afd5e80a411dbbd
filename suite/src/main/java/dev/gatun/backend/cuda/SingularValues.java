package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Singular values and thin SVDs by cuSOLVER's gesvd, F32 or F64, of row-major matrices. gesvd takes
 * matrices that are tall by columns alone: a wide matrix is that as it is, a tall one transposed.
 */
final class SingularValues implements Parts.SingularValues {
  private final DeviceMemory memory;
  private final CusolverHandle cusolver;
  private final Transposition transposition;

  SingularValues(Launcher launcher, DeviceMemory memory, CusolverHandle cusolver) {
    this.memory = memory;
    this.cusolver = cusolver;
    this.transposition = new Transposition(launcher);
  }

  @Override
  public void singularValues(Tensor a, Tensor sigma) {
    if (sigma.size() == 0) {
      return;
    }
    if (a.rows() <= a.cols()) {
      decompose(a, a, sigma, MemorySegment.NULL, MemorySegment.NULL);
      return;
    }
    try (TensorScope scope = memory.newScope()) {
      Tensor tall = scope.zeros(a.type(), a.cols(), a.rows());
      transposition.transpose(a, tall);
      decompose(a, tall, sigma, MemorySegment.NULL, MemorySegment.NULL);
    }
  }

  @Override
  public void svd(Tensor a, Tensor u, Tensor sigma, Tensor vt) {
    if (sigma.size() == 0) {
      return;
    }
    if (a.rows() <= a.cols()) {
      // Read by columns a is Aᵀ = V·Σ·Uᵀ: its U, read by rows, is our Vᵀ, and its Vᵀ our U.
      decompose(a, a, sigma, vt.memory(), u.memory());
      return;
    }
    try (TensorScope scope = memory.newScope()) {
      Tensor tall = scope.zeros(a.type(), a.cols(), a.rows());
      Tensor left = scope.zeros(a.type(), u.cols(), u.rows());
      Tensor right = scope.zeros(a.type(), vt.cols(), vt.rows());
      transposition.transpose(a, tall);
      decompose(a, tall, sigma, left.memory(), right.memory());
      transposition.transpose(left, u);
      transposition.transpose(right, vt);
    }
  }

  /**
   * Of {@code tall}, which read by columns has at least as many rows; {@code a} is for messages.
   */
  private void decompose(Tensor a, Tensor tall, Tensor sigma, MemorySegment u, MemorySegment vt) {
    cusolver.run(
        new CusolverRoutines.Gesvd(cusolver, tall.cols(), tall.rows(), tall, sigma, u, vt), a);
  }
}
