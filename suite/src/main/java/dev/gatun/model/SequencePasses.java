package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * All sequences of a batch, so many at a time: the buffers of a forward pass for that many, and
 * smaller ones for what is left over.
 */
final class SequencePasses implements AutoCloseable {
  private final int batch;
  private final int length;
  private final int atOnce;
  private final List<Activations> buffers = new ArrayList<>();

  SequencePasses(Backend backend, TransformerConfig config, int batch, int length, int atOnce) {
    this.batch = batch;
    this.length = length;
    this.atOnce = Math.min(batch, atOnce);
    try {
      buffers.add(new Activations(backend, config, this.atOnce, length, false));
      if (batch % this.atOnce != 0) {
        buffers.add(new Activations(backend, config, batch % this.atOnce, length, false));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** What is done with some sequences' rows [n·T, D], and the buffers for them. */
  @FunctionalInterface
  interface Pass {
    void run(Tensor rows, Activations buffers);
  }

  /** Runs a pass for all rows of the states [N, D]. */
  void forEach(Tensor states, Pass pass) {
    for (int first = 0; first < batch; first += atOnce) {
      int count = Math.min(atOnce, batch - first);
      Tensor rows = states.rows((long) first * length, (long) count * length);
      pass.run(rows, count == atOnce ? buffers.getFirst() : buffers.getLast());
    }
  }

  @Override
  public void close() {
    buffers.forEach(Activations::close);
  }
}
