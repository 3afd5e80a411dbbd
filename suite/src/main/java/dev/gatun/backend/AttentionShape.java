package dev.gatun.backend;

/**
 * Extents of a causal attention over packed queries, keys and values: a row of the packed tensor is
 * {@code heads} query heads, then {@code keyValueHeads} keys, then as many values, each {@code
 * headWidth} wide. Query head h reads key/value head {@code h / (heads / keyValueHeads)}.
 */
public record AttentionShape(int batch, int length, int heads, int keyValueHeads, int headWidth) {
  /** Checks that query heads share key/value heads evenly. */
  public AttentionShape {
    if (batch < 1 || length < 1 || heads < 1 || keyValueHeads < 1 || headWidth < 1) {
      throw new IllegalArgumentException("attention extents must be positive");
    }
    if (heads % keyValueHeads != 0) {
      throw new IllegalArgumentException(
          heads + " heads cannot share " + keyValueHeads + " key/value heads evenly");
    }
  }

  /** Width of a packed row: (heads + 2·keyValueHeads)·headWidth. */
  public int packedWidth() {
    return (heads + 2 * keyValueHeads) * headWidth;
  }

  /** Width of an output row: heads·headWidth. */
  public int outputWidth() {
    return heads * headWidth;
  }
}
