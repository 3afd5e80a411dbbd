package dev.gatun.backend.cuda;

import dev.gatun.tensor.Tensor;

/** Whether a kernel may load and store four floats at a time. */
final class Alignment {
  private static final int BYTES = 16;

  private Alignment() {}

  /**
   * 1 if runs of this many floats, one after the other in each of the tensors, all start at
   * multiples of 16 bytes, else 0: as kernels take it.
   */
  static int inFours(long run, Tensor... tensors) {
    if (run % 4 != 0) {
      return 0;
    }
    for (Tensor tensor : tensors) {
      if (tensor.memory().address() % BYTES != 0) {
        return 0;
      }
    }
    return 1;
  }
}
