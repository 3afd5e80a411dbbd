package dev.gatun.model;

import dev.gatun.tensor.Shape;

/**
 * One named parameter and its place in the flat buffer.
 *
 * @param name as in the Hugging Face checkpoint
 * @param shape as stored here: [out, in] for a weight
 * @param offset of its first element in the flat buffer
 * @param initialisation how it begins
 */
public record ParameterSpec(String name, Shape shape, long offset, Initialisation initialisation) {
  /** Whether it is a matrix: weight decay that spares norms and biases applies to matrices only. */
  public boolean isMatrix() {
    return shape.rank() == 2;
  }
}
