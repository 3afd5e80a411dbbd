package dev.gatun.backend.cuda;

import java.util.Map;

/**
 * A kernel by name.
 *
 * @param file its file under {@code dev/gatun/kernels/}, without {@code .cu}
 * @param function its {@code extern "C" __global__} function
 * @param variant of its file
 */
record Kernel(String file, String function, KernelVariant variant) {
  /** Of a file without variants. */
  Kernel(String file, String function) {
    this(file, function, KernelVariant.NONE);
  }

  /** Of a file compiled with these constants. */
  Kernel(String file, String function, Map<String, Integer> constants) {
    this(file, function, new KernelVariant(constants));
  }

  /** As in {@code vectors.cu: scale_f32}, or {@code attention.cu HEAD_WIDTH=64: attention_keys}. */
  @Override
  public String toString() {
    return (file + ".cu " + variant).strip() + ": " + function;
  }
}
