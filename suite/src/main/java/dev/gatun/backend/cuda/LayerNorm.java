package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.backend.cuda.Grid.RowParts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Layer normalisation, forward and backward: {@code layer_norm.cu}. */
final class LayerNorm implements Parts.LayerNorm {
  private static final String FILE = "layer_norm";
  private static final Kernel WARP = new Kernel(FILE, "layer_norm_warp_f32");
  private static final Kernel BLOCK = new Kernel(FILE, "layer_norm_block_f32");
  private static final Kernel WARP_BACKWARD = new Kernel(FILE, "layer_norm_backward_warp_f32");
  private static final Kernel BLOCK_BACKWARD = new Kernel(FILE, "layer_norm_backward_block_f32");

  private final Launcher launcher;
  private final DeviceScratch scratch;

  LayerNorm(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    this.scratch = new DeviceScratch(memory);
  }

  /** x, y [N, D], weight, bias [D], mean, rstd [N]. */
  @Override
  public void layerNorm(
      Tensor x, Tensor weight, Tensor bias, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
    int cols = Math.toIntExact(x.cols());
    long rows = x.rows();
    launcher.launch(
        NormalisationGrid.isRowOfWarp(cols) ? WARP : BLOCK,
        NormalisationGrid.forward(rows, cols),
        x,
        weight,
        bias,
        (float) epsilon,
        y,
        mean,
        rstd,
        rows,
        cols);
  }

  /** dY, x, dX [N, D], weight, dWeight, dBias [D], mean, rstd [N]. */
  @Override
  public void layerNormBackward(
      Tensor dY,
      Tensor x,
      Tensor weight,
      Tensor mean,
      Tensor rstd,
      Tensor dX,
      Tensor dWeight,
      Tensor dBias) {
    int cols = Math.toIntExact(x.cols());
    long rows = x.rows();
    RowParts parts = NormalisationGrid.parts(rows);
    Tensor sums = scratch.get(ElementType.F32, 2L * parts.count() * cols);
    launcher.launch(
        NormalisationGrid.isRowOfWarp(cols) ? WARP_BACKWARD : BLOCK_BACKWARD,
        NormalisationGrid.backward(parts, cols),
        dY,
        x,
        weight,
        mean,
        rstd,
        dX,
        sums,
        rows,
        cols,
        parts.rows());
    ColumnSums.accumulate(launcher, sums, parts.count(), dWeight, dBias);
  }
}
