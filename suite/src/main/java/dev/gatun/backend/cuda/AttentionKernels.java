package dev.gatun.backend.cuda;

import java.util.Locale;

/** The kernels that can compute attention on a GPU. */
public enum AttentionKernels {
  /** Gatun's own, in every math mode and for every shape. */
  GATUN,
  /**
   * cuDNN's in bf16, for sequences of 256 tokens or more whose scores are neither capped nor cut by
   * a window, with heads of a multiple of 8 up to 128; Gatun's own for all others.
   */
  CUDNN;

  /** As users write it, such as {@code cudnn}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
