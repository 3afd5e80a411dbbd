package dev.gatun.backend;

/**
 * Extents and form of a causal attention over packed queries, keys and values: a row of the packed
 * tensor is {@code heads} query heads, then {@code keyValueHeads} keys, then as many values, each
 * {@code headWidth} wide. Query head h reads key/value head {@code h / (heads / keyValueHeads)}.
 *
 * @param scoreVariance the scores q·k are divided by its square root
 * @param scoreCap c, which then turns a score s into c·tanh(s/c); infinite where scores stay
 * @param window keys that a query sees at most: its own, and those just before it
 */
public record AttentionShape(
    int batch,
    int length,
    int heads,
    int keyValueHeads,
    int headWidth,
    double scoreVariance,
    double scoreCap,
    int window) {
  /** Checks that query heads share key/value heads evenly. */
  public AttentionShape {
    if (batch < 1 || length < 1 || heads < 1 || keyValueHeads < 1 || headWidth < 1) {
      throw new IllegalArgumentException("attention extents must be positive");
    }
    if (heads % keyValueHeads != 0) {
      throw new IllegalArgumentException(
          heads + " heads cannot share " + keyValueHeads + " key/value heads evenly");
    }
    if (!(scoreVariance > 0 && scoreCap > 0) || window < 1) {
      throw new IllegalArgumentException(
          "the scores' variance %s, their cap %s and the window %s must be positive"
              .formatted(scoreVariance, scoreCap, window));
    }
  }

  /** Scores are divided by √headWidth, and a query sees all that came before. */
  public AttentionShape(int batch, int length, int heads, int keyValueHeads, int headWidth) {
    this(
        batch,
        length,
        heads,
        keyValueHeads,
        headWidth,
        headWidth,
        Double.POSITIVE_INFINITY,
        Integer.MAX_VALUE);
  }

  /** Width of a packed row: (heads + 2·keyValueHeads)·headWidth. */
  public int packedWidth() {
    return Math.toIntExact((heads + 2L * keyValueHeads) * headWidth);
  }

  /** Width of an output row: heads·headWidth. */
  public int outputWidth() {
    return Math.multiplyExact(heads, headWidth);
  }

  /** Whether scores are capped. */
  public boolean isCapped() {
    return scoreCap < Double.POSITIVE_INFINITY;
  }

  /** Whether there are keys that the last query does not see. */
  public boolean isWindowed() {
    return window < length;
  }

  /** The first key that the query at a position sees. */
  public int firstSeen(int position) {
    return Math.max(0, position - window + 1);
  }
}
