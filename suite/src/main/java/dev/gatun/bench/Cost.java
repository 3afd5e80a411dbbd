package dev.gatun.bench;

/**
 * What a piece of work cannot do without: the floating-point operations of its matrix products (a
 * multiplication and an addition count as two), and the bytes that memory must at least read and
 * write.
 *
 * @param flops in the math mode of the run
 * @param doubleFlops in f64
 */
public record Cost(double flops, double doubleFlops, double bytes) {
  static Cost products(double flops) {
    return new Cost(flops, 0, 0);
  }

  static Cost memory(double bytes) {
    return new Cost(0, 0, bytes);
  }
}
