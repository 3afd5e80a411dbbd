package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.backend.cuda.Grid.RowParts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Root-mean-square normalisation, forward and backward: {@code rms_norm.cu}. */
final class RmsNorm implements Parts.RmsNorm {
  private static final String FILE = "rms_norm";
  private static final Kernel WARP = new Kernel(FILE, "rms_norm_warp_f32");
  private static final Kernel BLOCK = new Kernel(FILE, "rms_norm_block_f32");
  private static final Kernel WARP_BACKWARD = new Kernel(FILE, "rms_norm_backward_warp_f32");
  private static final Kernel BLOCK_BACKWARD = new Kernel(FILE, "rms_norm_backward_block_f32");

  private final Launcher launcher;
  private final DeviceScratch scratch;

  RmsNorm(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    this.scratch = new DeviceScratch(memory);
  }

  /** x, y [N, D], weight [D], rstd [N]. */
  @Override
  public void rmsNorm(Tensor x, Tensor weight, double epsilon, Tensor y, Tensor rstd) {
    int cols = Math.toIntExact(x.cols());
    long rows = x.rows();
    launcher.launch(
        NormalisationGrid.isRowOfWarp(cols) ? WARP : BLOCK,
        NormalisationGrid.forward(rows, cols),
        x,
        weight,
        (float) epsilon,
        y,
        rstd,
        rows,
        cols);
  }

  /** dY, x, dX [N, D], weight, dWeight [D], rstd [N]. */
  @Override
  public void rmsNormBackward(
      Tensor dY, Tensor x, Tensor weight, Tensor rstd, Tensor dX, Tensor dWeight) {
    int cols = Math.toIntExact(x.cols());
    long rows = x.rows();
    RowParts parts = NormalisationGrid.parts(rows);
    Tensor sums = scratch.get(ElementType.F32, (long) parts.count() * cols);
    launcher.launch(
        NormalisationGrid.isRowOfWarp(cols) ? WARP_BACKWARD : BLOCK_BACKWARD,
        NormalisationGrid.backward(parts, cols),
        dY,
        x,
        weight,
        rstd,
        dX,
        sums,
        rows,
        cols,
        parts.rows());
    ColumnSums.accumulate(launcher, sums, parts.count(), dWeight, null);
  }
}
