package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Forward passes of one block after the other over all sequences of a batch, so many at a time: the
 * buffers for that many, and smaller ones for what is left over.
 */
public final class SequencePasses implements AutoCloseable {
  private final Backend backend;
  private final TransformerConfig config;
  private final int batch;
  private final int length;
  private final int atOnce;
  private final List<Activations> buffers = new ArrayList<>();

  /** For batches of that many sequences of a length, {@code atOnce} of them in a pass. */
  public SequencePasses(
      Backend backend, TransformerConfig config, int batch, int length, int atOnce) {
    this.backend = backend;
    this.config = config;
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
  private interface Pass {
    void run(Tensor rows, Activations buffers);
  }

  /** Takes the states [N, D] through a block with these parameters. */
  public void block(int layer, Parameters parameters, Tensor states) {
    try (TensorScope scope = backend.newScope()) {
      var block = new TransformerBlock(backend, scope, config, parameters, layer);
      forEach(
          states,
          (rows, pass) -> {
            Activations.Block kept = pass.blocks.getFirst();
            block.forward(rows, pass, kept);
            backend.copy(kept.output, rows);
          });
    }
  }

  /** Takes the states [N, D] through the norm before the head. */
  public void finalNorm(Parameters parameters, Tensor states) {
    try (TensorScope scope = backend.newScope()) {
      String name = parameters.layout().names().finalNorm();
      Normalisation norm = Normalisation.of(backend, scope, config, parameters, name);
      forEach(
          states,
          (rows, pass) -> {
            norm.forward(rows, pass.hidden, pass.finalStatistics);
            backend.copy(pass.hidden, rows);
          });
    }
  }

  private void forEach(Tensor states, Pass pass) {
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
