package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.Activations.Use;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    try (var opened = new CloseStack()) {
      buffers.add(opened.own(new Activations(backend, config, this.atOnce, length, Use.STREAMING)));
      if (batch % this.atOnce != 0) {
        buffers.add(
            opened.own(
                new Activations(backend, config, batch % this.atOnce, length, Use.STREAMING)));
      }
      opened.keep();
    }
  }

  /** What is done with the rows of some sequences, and the buffers for them. */
  @FunctionalInterface
  private interface Pass {
    void run(Tensor from, Tensor to, Activations buffers);
  }

  /** Makes the states [N, D] of rows [N, E] of a narrow token embedding. */
  public void project(Parameters parameters, Tensor rows, Tensor states) {
    Linear projection = Transformer.inputProjection(backend, config, parameters).orElseThrow();
    forEach(rows, states, (narrow, wide, _) -> projection.forward(narrow, wide));
  }

  /** Takes the states [N, D] through a block with these parameters. */
  public void block(int layer, Parameters parameters, Tensor states) {
    try (TensorScope scope = backend.newScope()) {
      var block = new TransformerBlock(backend, scope, config, parameters, layer);
      forEach(
          states,
          states,
          (from, to, pass) -> {
            Activations.Block kept = pass.blocks.getFirst();
            block.first(kept).ifPresent(norm -> norm.of(from));
            block.forward(from, to, pass, kept, Optional.empty());
          });
    }
  }

  /** Makes the head's inputs [N, E] of the states [N, D]; both may be the same tensor. */
  public void headInputs(Parameters parameters, Tensor states, Tensor hidden) {
    try (TensorScope scope = backend.newScope()) {
      var headInput = new HeadInput(backend, scope, config, parameters);
      forEach(
          states,
          hidden,
          (from, to, pass) -> {
            headInput.first(pass).ifPresent(norm -> norm.of(from));
            headInput.forward(from, pass);
            backend.copy(pass.hidden, to);
          });
    }
  }

  private void forEach(Tensor from, Tensor to, Pass pass) {
    for (int first = 0; first < batch; first += atOnce) {
      int count = Math.min(atOnce, batch - first);
      long row = (long) first * length;
      long rows = (long) count * length;
      pass.run(
          from.rows(row, rows),
          to.rows(row, rows),
          count == atOnce ? buffers.getFirst() : buffers.getLast());
    }
  }

  @Override
  public void close() {
    buffers.forEach(Activations::close);
  }
}
