package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.backend.Residual;
import dev.gatun.backend.RowNorm;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.Tensor;

/**
 * The residual stream, with its norm or without. The product goes where the norm's output will be,
 * and one kernel of {@code rms_norm.cu} or {@code layer_norm.cu} does the rest. Without a norm it
 * goes where the sum will be, and {@code residual.cu} has that kernel.
 */
final class ResidualStream implements Parts.ResidualStream {
  private static final Kernel ADD = new Kernel("residual", "add_residual_f32");
  private static final String RMS = "rms_norm";
  private static final Kernel RMS_WARP = new Kernel(RMS, "rms_norm_add_warp_f32");
  private static final Kernel RMS_BLOCK = new Kernel(RMS, "rms_norm_add_block_f32");
  private static final String LAYER = "layer_norm";
  private static final Kernel LAYER_WARP = new Kernel(LAYER, "layer_norm_add_warp_f32");
  private static final Kernel LAYER_BLOCK = new Kernel(LAYER, "layer_norm_add_block_f32");

  /** As in residual.cu. */
  private static final int ROWS_OF_BLOCK = 8;

  private final Launcher launcher;
  private final MatrixProducts products;

  ResidualStream(Launcher launcher, MatrixProducts products) {
    this.launcher = launcher;
    this.products = products;
  }

  @Override
  public void residualSum(Residual residual) {
    Tensor sum = residual.sum();
    product(residual, sum);
    int cols = Math.toIntExact(sum.cols());
    launcher.launch(
        ADD,
        Grid.ofRowStrips(sum.rows(), cols, ROWS_OF_BLOCK),
        residual.residual(),
        residual.bias().orElse(null),
        sum,
        sum.rows(),
        cols);
  }

  private void product(Residual residual, Tensor to) {
    products.gemm(Transpose.NO, Transpose.YES, 1, residual.x(), residual.weight(), 0, to);
  }

  @Override
  public void residualNorm(Residual residual, RowNorm norm, Tensor y) {
    product(residual, y);
    switch (norm) {
      case RowNorm.Layer layer -> addAndNormalise(residual, layer, y);
      case RowNorm.RootMeanSquare rms -> addAndNormalise(residual, rms, y);
    }
  }

  private void addAndNormalise(Residual residual, RowNorm.Layer norm, Tensor y) {
    int cols = Math.toIntExact(y.cols());
    launcher.launch(
        NormalisationGrid.isRowOfWarp(cols) ? LAYER_WARP : LAYER_BLOCK,
        NormalisationGrid.forward(y.rows(), cols),
        residual.residual(),
        residual.bias().orElse(null),
        norm.weight(),
        norm.bias(),
        (float) norm.epsilon(),
        residual.sum(),
        y,
        norm.mean(),
        norm.rstd(),
        y.rows(),
        cols);
  }

  private void addAndNormalise(Residual residual, RowNorm.RootMeanSquare norm, Tensor y) {
    int cols = Math.toIntExact(y.cols());
    launcher.launch(
        NormalisationGrid.isRowOfWarp(cols) ? RMS_WARP : RMS_BLOCK,
        NormalisationGrid.forward(y.rows(), cols),
        residual.residual(),
        residual.bias().orElse(null),
        norm.weight(),
        (float) norm.epsilon(),
        residual.sum(),
        y,
        norm.rstd(),
        y.rows(),
        cols);
  }
}
