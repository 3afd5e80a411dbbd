package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** The largest element of each row: {@code argmax.cu}. */
final class Argmax implements Parts.Argmax {
  private static final Kernel F32 = new Kernel("argmax", "argmax_rows_f32");
  private static final Kernel F64 = new Kernel("argmax", "argmax_rows_f64");
  private static final int THREADS = 256;

  private final Launcher launcher;

  Argmax(Launcher launcher) {
    this.launcher = launcher;
  }

  /** x [R, C], indices [R]: the first of the largest of each row; NaN is passed over. */
  @Override
  public void argmaxRows(Tensor x, Tensor indices) {
    launcher.launch(
        x.type() == ElementType.F32 ? F32 : F64,
        Grid.of(x.rows(), THREADS),
        x,
        indices,
        Math.toIntExact(x.cols()));
  }
}
