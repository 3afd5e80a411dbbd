package dev.gatun.backend;

/** The two forms of the Gaussian error linear unit (Hendrycks and Gimpel, arXiv 1606.08415). */
public enum Gelu {
  /** x·Φ(x). */
  EXACT,
  /** 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
  TANH
}
