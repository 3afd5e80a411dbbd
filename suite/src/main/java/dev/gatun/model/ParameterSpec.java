package dev.gatun.model;

import dev.gatun.tensor.Shape;

/**
 * One named parameter and its place in the flat buffer.
 *
 * @param name as in the Hugging Face checkpoint
 * @param shape as stored here: [out, in] for a weight
 * @param offset of its first element in the flat buffer
 * @param initialisation how it begins
 * @param checkpointForm how checkpoints order its elements
 */
record ParameterSpec(
    String name,
    Shape shape,
    long offset,
    Initialisation initialisation,
    CheckpointForm checkpointForm) {

  /** Whether it is a matrix: weight decay that spares norms and biases applies to matrices only. */
  boolean isMatrix() {
    return shape.rank() == 2;
  }

  /** Shape in the checkpoint. */
  Shape checkpointShape() {
    return checkpointForm.shape(shape);
  }

  /** Whether checkpoints hold its elements in the order that they have here. */
  boolean isSameInCheckpoint() {
    return checkpointForm instanceof CheckpointForm.Same;
  }
}
