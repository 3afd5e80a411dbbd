package dev.gatun.backend.cuda;

import dev.gatun.backend.Transpose;
import dev.gatun.bindings.cublas.CuBlas;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * The operands of products as bfloat16. Weights that a scope keeps rounded are there already. Else
 * a linear layer y = x·Wᵀ has three products, and each of its matrices a place of its own here: x
 * and dY on the left, W on the right, and the x that dW = dYᵀ·x has on the right. So W stays from
 * one product with it to the next.
 */
final class RoundedOperands implements DeviceWrites.Listener {
  private final Launcher launcher;
  private final RoundedWeights kept;
  private final RoundedOperand left;
  private final RoundedOperand weights;
  private final RoundedOperand inputs;

  RoundedOperands(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    this.kept = memory.roundedWeights();
    left = new RoundedOperand(launcher, memory);
    weights = new RoundedOperand(launcher, memory);
    inputs = new RoundedOperand(launcher, memory);
    launcher.writes().tell(this);
  }

  /** Where the left operand is, or will be, unless it is kept. */
  RoundedOperand left() {
    return left;
  }

  /** A and B of op(A)·op(B). */
  record Pair(CublasHandle.Operand left, CublasHandle.Operand right) {}

  /** Both operands of a product; one launch rounds them where neither is there already. */
  Pair of(Transpose ta, Transpose tb, Tensor a, Tensor b) {
    RoundedOperand right = ta == Transpose.YES ? inputs : weights;
    Optional<CublasHandle.Operand> keptLeft = kept(a, ta);
    Optional<CublasHandle.Operand> keptRight = kept(b, tb);
    if (keptLeft.isEmpty() && keptRight.isEmpty()) {
      left.roundWith(a, right, b);
    }
    return new Pair(
        keptLeft.orElseGet(() -> left.of(a, ta)), keptRight.orElseGet(() -> right.of(b, tb)));
  }

  /** The operand for weights whose rows start where tensor cores load. */
  private Optional<CublasHandle.Operand> kept(Tensor x, Transpose transpose) {
    if (x.cols() % RoundedWeights.ALIGNMENT != 0) {
      return Optional.empty();
    }
    return kept.find(x)
        .map(copy -> {
          renew(copy);
          return new CublasHandle.Operand(
              copy.of(x).memory(), CuBlas.CUDA_R_16BF(), transpose, Math.toIntExact(x.cols()));
        });
  }

  private void renew(RoundedWeights.Copy copy) {
    if (!copy.isFresh) {
      long size = copy.weights().size();
      RoundedOperand.round(launcher, copy.weights().reshape(1, size), copy.rounded(), size);
      copy.isFresh = true;
    }
  }

  @Override
  public void written(long from, long to) {
    kept.written(from, to);
  }

  @Override
  public void beforeRecording() {
    kept.all().forEach(this::renew);
  }
}
