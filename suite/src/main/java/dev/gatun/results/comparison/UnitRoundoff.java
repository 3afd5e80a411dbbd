package dev.gatun.results.comparison;

import dev.gatun.results.UnreadableResultsException;

/** How much an operand may change on its way into a product, relative to itself. */
final class UnitRoundoff {
  static final double F64 = 0x1p-53;

  private UnitRoundoff() {}

  /** Of a math mode, as the provenance names it. */
  static double of(String mathMode) {
    return switch (mathMode) {
      case "f64" -> F64;
      case "f32" -> 0x1p-24;
      // NVIDIA does not say whether operands are rounded or cut off.
      case "tf32" -> 0x1p-10;
      case "bf16" -> 0x1p-8;
      default ->
          throw new UnreadableResultsException(
              "the evidence was computed in math mode '%s', which is none of f64, f32, tf32 and bf16"
                  .formatted(mathMode));
    };
  }
}
