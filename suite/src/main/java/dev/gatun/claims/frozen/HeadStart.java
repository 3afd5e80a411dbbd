package dev.gatun.claims.frozen;

/** How a head A·B begins. */
public enum HeadStart {
  /**
   * With entries N(0, 1), as arXiv 2404.07647 draws them: with hidden states of norm √D, logits of
   * standard deviation √(rD), which training has to shrink first.
   */
  NORMAL,
  /**
   * As the model's own head cut down to the rank, so that what is left to learn is little: from
   * random entries a head of full rank still lacks 0.4 nats after 65,536 contexts.
   */
  CUT
}
