package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.backend.cuda.Grid.RowParts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Adding a bias to rows, and its gradient: {@code bias.cu}. */
final class Bias implements Parts.Bias {
  private static final Kernel FORWARD = new Kernel("bias", "add_bias_f32");
  private static final Kernel BACKWARD = new Kernel("bias", "add_bias_backward_f32");

  /** As in bias.cu. */
  private static final int ROWS_OF_BLOCK = 32;

  /** So many rows are added up in one pass: a second launch would take longer. */
  private static final int ROWS_OF_ONE_PASS = 256;

  private final Launcher launcher;
  private final DeviceScratch scratch;

  Bias(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    this.scratch = new DeviceScratch(memory);
  }

  /** bias [D], x [N, D]. */
  @Override
  public void addBias(Tensor bias, Tensor x) {
    int cols = Math.toIntExact(x.cols());
    Grid grid = Grid.ofRowStrips(x.rows(), cols, ROWS_OF_BLOCK);
    launcher.launch(FORWARD, grid, bias, x, x.rows(), cols);
  }

  /** dOut [N, D], dBias [D]. */
  @Override
  public void addBiasBackward(Tensor dOut, Tensor dBias) {
    int cols = Math.toIntExact(dOut.cols());
    long rows = dOut.rows();
    RowParts parts = RowParts.of(rows, rows <= ROWS_OF_ONE_PASS ? ROWS_OF_ONE_PASS : ROWS_OF_BLOCK);
    boolean onePass = parts.count() == 1;
    Tensor sums = onePass ? dBias : scratch.get(ElementType.F32, (long) parts.count() * cols);
    launcher.launch(BACKWARD, Grid.ofRowStrips(parts, cols), dOut, sums, rows, cols, parts.rows());
    if (!onePass) {
      ColumnSums.accumulate(launcher, sums, parts.count(), dBias, null);
    }
  }
}
