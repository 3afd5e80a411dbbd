package dev.gatun.backend;

/** Functions of single elements; see {@link Backend#elementwise}. */
public enum Elementwise {
  /** The Gaussian error linear unit x·Φ(x) (Hendrycks and Gimpel, arXiv 1606.08415). */
  GELU,
  /** Its tanh form, 0.5·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
  GELU_TANH,
  /** tanh x. */
  TANH,
  /**
   * x + log σ(x) with σ the logistic function: the logits whose softmax is sigsoftmax, exp(x)·σ(x)
   * normalised (Kanai et al., arXiv 1805.10829).
   */
  SIGSOFTMAX,
  /** max(x, 0); its slope at 0 is 0. */
  RELU
}
