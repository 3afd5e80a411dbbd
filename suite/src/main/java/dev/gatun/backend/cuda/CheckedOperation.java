package dev.gatun.backend.cuda;

/**
 * The operations whose kernels look at ids that the host has not seen. A kernel that meets an id
 * outside its range skips it and writes {@link #code()} into {@link Launcher#errorFlag()}.
 */
enum CheckedOperation {
  EMBEDDING("embedding"),
  EMBEDDING_BACKWARD("embeddingBackward"),
  CROSS_ENTROPY("crossEntropy"),
  CROSS_ENTROPY_LOSS("crossEntropyLoss");

  private final String operation;

  CheckedOperation(String operation) {
    this.operation = operation;
  }

  /** What the kernel writes: never 0. */
  int code() {
    return 1 + ordinal();
  }

  /** The operation that wrote this code. */
  static CheckedOperation of(int code) {
    return values()[code - 1];
  }

  /** The operation's name in {@link dev.gatun.backend.Backend}. */
  @Override
  public String toString() {
    return operation;
  }
}
