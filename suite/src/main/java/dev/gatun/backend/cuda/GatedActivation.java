package dev.gatun.backend.cuda;

import dev.gatun.backend.Gate;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;

/** Activations with gates, forward and backward: {@code gated.cu}. */
final class GatedActivation implements Parts.GatedActivation {
  private static final Kernel SWIGLU = new Kernel("gated", "swiglu_f32");
  private static final Kernel SWIGLU_BACKWARD = new Kernel("gated", "swiglu_backward_f32");
  private static final Kernel GEGLU = new Kernel("gated", "geglu_f32");
  private static final Kernel GEGLU_BACKWARD = new Kernel("gated", "geglu_backward_f32");

  /** As in gated.cu. */
  private static final int ROWS_OF_BLOCK = 16;

  private final Launcher launcher;

  GatedActivation(Launcher launcher) {
    this.launcher = launcher;
  }

  /** x [N, 2F], y [N, F]. */
  @Override
  public void gated(Gate gate, Tensor x, Tensor y) {
    Kernel kernel =
        switch (gate) {
          case SILU -> SWIGLU;
          case GELU_TANH -> GEGLU;
        };
    int cols = Math.toIntExact(y.cols());
    Grid grid = Grid.ofRowStrips(y.rows(), cols, ROWS_OF_BLOCK);
    launcher.launch(kernel, grid, x, y, y.rows(), cols);
  }

  /** dX [N, 2F] from x [N, 2F] and dY [N, F]. */
  @Override
  public void gatedBackward(Gate gate, Tensor x, Tensor dY, Tensor dX) {
    Kernel kernel =
        switch (gate) {
          case SILU -> SWIGLU_BACKWARD;
          case GELU_TANH -> GEGLU_BACKWARD;
        };
    int cols = Math.toIntExact(dY.cols());
    Grid grid = Grid.ofRowStrips(dY.rows(), cols, ROWS_OF_BLOCK);
    launcher.launch(kernel, grid, x, dY, dX, dY.rows(), cols);
  }
}
