package dev.gatun.backend.cuda;

import dev.gatun.backend.Transpose;
import dev.gatun.tensor.Tensor;

/**
 * The operands of products as bfloat16. A linear layer y = x·Wᵀ has three products, and each of its
 * matrices a place of its own here: x and dY on the left, W on the right, and the x that dW = dYᵀ·x
 * has on the right. So W stays from one product with it to the next.
 */
final class RoundedOperands {
  private final RoundedOperand left;
  private final RoundedOperand weights;
  private final RoundedOperand inputs;

  RoundedOperands(Launcher launcher, DeviceMemory memory) {
    left = new RoundedOperand(launcher, memory);
    weights = new RoundedOperand(launcher, memory);
    inputs = new RoundedOperand(launcher, memory);
  }

  /** Where the left operand is, or will be. */
  RoundedOperand left() {
    return left;
  }

  /** A of op(A)·op(B). */
  CublasHandle.Operand left(Tensor a, Transpose ta) {
    return left.of(a, ta);
  }

  /** B of op(A)·op(B). */
  CublasHandle.Operand right(Transpose ta, Tensor b, Transpose tb) {
    return (ta == Transpose.YES ? inputs : weights).of(b, tb);
  }
}
