package dev.gatun.backend;

/** Functions of single elements that some heads need; see {@link Backend#elementwise}. */
public enum Elementwise {
  /** tanh x. */
  TANH,
  /**
   * x + log σ(x) with σ the logistic function: the logits whose softmax is sigsoftmax, exp(x)·σ(x)
   * normalised (Kanai et al., arXiv 1805.10829).
   */
  SIGSOFTMAX
}
