package dev.gatun.data;

import dev.gatun.tensor.Batch;

/** Batches as a pure function of the step, so that a resumed run sees what it would have seen. */
public interface BatchSource {
  /** The batch of a step, counted from 0. */
  Batch batch(long step);
}
