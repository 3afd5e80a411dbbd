package dev.gatun.tensor;

/** Sees a matrix by blocks of its rows, or of its columns, in order. */
@FunctionalInterface
public interface BlockVisitor {
  /** Sees nothing. */
  BlockVisitor NONE = (_, _) -> {};

  /** A block that begins with this row or column. It is valid during the call only. */
  void accept(long first, Tensor block);
}
