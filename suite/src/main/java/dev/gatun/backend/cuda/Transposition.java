package dev.gatun.backend.cuda;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Copies a matrix transposed: cuSOLVER reads matrices by columns. */
final class Transposition {
  private static final Kernel F32 = new Kernel("transpose", "transpose_f32");
  private static final Kernel F64 = new Kernel("transpose", "transpose_f64");
  private static final int TILE = 32;
  private static final int THREADS = 256;

  private final Launcher launcher;

  Transposition(Launcher launcher) {
    this.launcher = launcher;
  }

  /** from [m, n], to [n, m], of one real type. */
  void transpose(Tensor from, Tensor to) {
    long tiles = Math.ceilDiv(from.rows(), TILE) * Math.ceilDiv(from.cols(), TILE);
    launcher.launch(
        from.type() == ElementType.F32 ? F32 : F64,
        Grid.of(Math.min(tiles, 1 << 20), THREADS),
        from,
        to,
        from.rows(),
        from.cols());
  }
}
