package dev.gatun.bench;

/**
 * The least time that the hardware allows for a piece of work. Products and memory can work at the
 * same time, so that it is the longer of the two.
 *
 * @param productSeconds what the matrix products take at the best rate
 * @param memorySeconds what reading and writing takes at the best rate
 */
public record Floor(double productSeconds, double memorySeconds) {
  public double seconds() {
    return Math.max(productSeconds, memorySeconds);
  }

  /** What bounds the work: {@code products} or {@code memory}. */
  public String bound() {
    return productSeconds >= memorySeconds ? "products" : "memory";
  }
}
