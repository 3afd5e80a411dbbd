package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;

/** SwiGLU, forward and backward: {@code swiglu.cu}. */
final class GatedActivation implements Parts.GatedActivation {
  private static final Kernel FORWARD = new Kernel("swiglu", "swiglu_f32");
  private static final Kernel BACKWARD = new Kernel("swiglu", "swiglu_backward_f32");

  /** As in swiglu.cu. */
  private static final int ROWS_OF_BLOCK = 16;

  private final Launcher launcher;

  GatedActivation(Launcher launcher) {
    this.launcher = launcher;
  }

  /** x [N, 2F], y [N, F]. */
  @Override
  public void swiglu(Tensor x, Tensor y) {
    int cols = Math.toIntExact(y.cols());
    Grid grid = Grid.ofRowStrips(y.rows(), cols, ROWS_OF_BLOCK);
    launcher.launch(FORWARD, grid, x, y, y.rows(), cols);
  }

  /** dX [N, 2F] from x [N, 2F] and dY [N, F]. */
  @Override
  public void swigluBackward(Tensor x, Tensor dY, Tensor dX) {
    int cols = Math.toIntExact(dY.cols());
    Grid grid = Grid.ofRowStrips(dY.rows(), cols, ROWS_OF_BLOCK);
    launcher.launch(BACKWARD, grid, x, dY, dX, dY.rows(), cols);
  }
}
