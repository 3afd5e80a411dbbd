package dev.gatun.backend;

import java.util.Locale;

/**
 * How a device multiplies F32 operands in {@link Backend#gemm} and, with heads of up to 128
 * elements whose scores have neither a cap nor a window, in {@link Backend#attention} and its
 * backward pass. Nothing else depends on it: storage is F32 in every mode (so weights are F32
 * masters), sums are accumulated in F32, and F64 products, {@link Backend#syrk}, LAPACK and the
 * other transformer operations are the same in all three.
 */
public enum MathMode {
  /**
   * Strict: operands enter as they are, every product and sum is F32. The default, and what the
   * papers' claims are checked in.
   */
  F32(0),
  /**
   * Operands become NVIDIA's TF32 as the multiplier reads them: F32's range, 11 bits of significand
   * (10 stored). Products are exact; sums are F32. Whether cuBLAS rounds to nearest or cuts off is
   * not documented, so that an operand may change by up to 2⁻¹⁰ of itself.
   */
  TF32(0x1p-10),
  /**
   * Operands are rounded to bfloat16, to nearest even: F32's range, 8 bits of significand (7
   * stored). Products are exact; sums and results are F32. An operand changes by up to 2⁻⁸ of
   * itself.
   */
  BF16(0x1p-8);

  private final double operandChange;

  MathMode(double operandChange) {
    this.operandChange = operandChange;
  }

  /** The most that an operand may change on its way into a product, relative to itself. */
  public double operandChange() {
    return operandChange;
  }

  /** As users write it and {@link DeviceDescription#mathMode} records it, such as {@code tf32}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
