package dev.gatun.backend;

/** Whether a matrix product reads its operand as stored or transposed. */
public enum Transpose {
  /** As stored. */
  NO,
  /** Transposed. */
  YES
}
