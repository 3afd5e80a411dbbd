package dev.gatun.backend.cuda;

import dev.gatun.tensor.Tensor;

/** Tensors as bfloat16 in device memory, and as F32 again. */
final class Bfloat16 {
  private static final Kernel WIDEN = new Kernel("widen", "widen_bf16");

  private Bfloat16() {}

  /**
   * Rounds every element to nearest, ties to even.
   *
   * @param x F32, dense
   * @param rounded room for as many elements of two bytes
   */
  static void round(Launcher launcher, Tensor x, Tensor rounded) {
    RoundedOperand.round(launcher, x.reshape(1, x.size()), rounded, x.size());
  }

  /**
   * Widens every element, exactly.
   *
   * @param rounded as many elements of two bytes as y has
   * @param y F32, dense
   */
  static void widen(Launcher launcher, Tensor rounded, Tensor y) {
    int fours = Alignment.inFours(y.size(), rounded, y);
    Grid grid = Grid.ofMatrix(1, y.size(), fours == 1 ? 4 : 1);
    launcher.launch(WIDEN, grid, rounded, y, y.size(), fours);
  }
}
