package dev.gatun.backend;

import java.util.Locale;

/**
 * How a device multiplies F32 matrices in {@link Backend#gemm}. Nothing else depends on it: storage
 * is F32 in every mode (so weights are F32 masters), sums are accumulated in F32, and F64 products,
 * {@link Backend#syrk}, LAPACK and the transformer operations are the same in all three.
 */
public enum MathMode {
  /**
   * Strict: every operand enters with its 24 bits of significand, every product and sum is F32. The
   * default, and what the papers' claims are checked in.
   */
  F32(24),
  /**
   * Operands are rounded to NVIDIA's TF32 as the multiplier reads them: F32's range, 11 bits of
   * significand (10 stored), a unit roundoff of 2⁻¹¹. Products are exact; sums are F32.
   */
  TF32(11),
  /**
   * Operands are rounded to bfloat16, to nearest even: F32's range, 8 bits of significand (7
   * stored), a unit roundoff of 2⁻⁸. Products are exact; sums and results are F32.
   */
  BF16(8);

  private final int significandBits;

  MathMode(int significandBits) {
    this.significandBits = significandBits;
  }

  /**
   * The largest relative error of rounding an operand to nearest: 2 to the minus significand bits.
   */
  public double unitRoundoff() {
    return Math.scalb(1.0, -significandBits);
  }

  /** As users write it and {@link DeviceDescription#mathMode} records it, such as {@code tf32}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
