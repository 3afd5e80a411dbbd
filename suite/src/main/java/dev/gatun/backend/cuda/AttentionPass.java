package dev.gatun.backend.cuda;

import dev.gatun.backend.AttentionShape;
import java.util.Locale;

/**
 * A kernel of {@code attention.cu} and its sibling in {@code attention_tensor.cu}: its blocks hold
 * some rows and stream tiles of columns past them.
 */
enum AttentionPass {
  /** Queries are rows, keys and values columns: the output. */
  FORWARD(1, 1),
  /**
   * Queries and the output's gradients are rows, keys and values columns: the queries' gradient.
   */
  QUERIES(2, 1),
  /** The other way round: the gradients of keys and values. */
  KEYS(2, 2);

  private final int rowOperands;
  private final int slotOperands;

  AttentionPass(int rowOperands, int slotOperands) {
    this.rowOperands = rowOperands;
    this.slotOperands = slotOperands;
  }

  /** Its name in the kernels' names. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How many tensors' rows a block holds. */
  int rowOperands() {
    return rowOperands;
  }

  /** How many tensors' columns are multiplied by scores. */
  int slotOperands() {
    return slotOperands;
  }

  /** How many heads have blocks. */
  int heads(AttentionShape shape) {
    return this == KEYS ? shape.keyValueHeads() : shape.heads();
  }
}
