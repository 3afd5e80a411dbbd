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

  /**
   * As {@link #zeros}, for weights: what products read far more often than anything writes. A
   * device may keep them a second time, as its products take them.
   */
  default Tensor weights(ElementType type, long... extents) {
    return zeros(type, extents);
  }

  @Override
  void close();
}
