package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** Owns tensors; closing it frees them all. A scope belongs to one thread at a time. */
public interface TensorScope extends AutoCloseable {
  /**
   * A new tensor of zeros.
   *
   * @throws OutOfDeviceMemoryException naming what was asked for and what is there
   */
  Tensor zeros(ElementType type, long... extents);

  @Override
  void close();
}
