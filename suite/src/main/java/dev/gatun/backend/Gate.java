package dev.gatun.backend;

/** What becomes of the gates of an MLP (Shazeer, arXiv 2002.05202); see {@link Backend#gated}. */
public enum Gate {
  /** silu g = g·σ(g), σ the logistic function: SwiGLU. */
  SILU,
  /** {@link Elementwise#GELU_TANH}: GeGLU. */
  GELU_TANH
}
