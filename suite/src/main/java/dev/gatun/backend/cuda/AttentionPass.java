package dev.gatun.backend.cuda;

import dev.gatun.backend.AttentionShape;

/**
 * A kernel of {@code attention.cu} and its sibling in {@code attention_tensor.cu}: its blocks hold
 * some rows and stream tiles of columns past them.
 */
enum AttentionPass {
  /** Queries are rows, keys and values columns: the output. */
  FORWARD("attention", 1, 1),
  /**
   * Queries and the output's gradients are rows, keys and values columns: the queries' gradient.
   */
  QUERIES("attention_queries", 2, 1),
  /** The other way round: the gradients of keys and values. */
  KEYS("attention_keys", 2, 2);

  private final String function;
  private final int rowOperands;
  private final int slotOperands;

  AttentionPass(String function, int rowOperands, int slotOperands) {
    this.function = function;
    this.rowOperands = rowOperands;
    this.slotOperands = slotOperands;
  }

  /** The kernel's name, before precision and width. */
  String function() {
    return function;
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
