package dev.gatun.backend.cuda;

/**
 * A kernel by name.
 *
 * @param file its file under {@code dev/gatun/kernels/}, without {@code .cu}
 * @param function its {@code extern "C" __global__} function
 */
record Kernel(String file, String function) {
  /** As in {@code vectors.cu: scale_f32}. */
  @Override
  public String toString() {
    return file + ".cu: " + function;
  }
}
