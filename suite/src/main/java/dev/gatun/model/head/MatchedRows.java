package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/** A second gradient of the hidden states, as large as the first, and what matches their sizes. */
final class MatchedRows implements AutoCloseable {
  private final Backend backend;
  private final long width;
  private Optional<Buffers> buffers = Optional.empty();
  private long replaced;

  private record Buffers(TensorScope scope, Tensor gradients, MatchedRms rms) {}

  /** For hidden states of this width D. */
  MatchedRows(Backend backend, long width) {
    this.backend = backend;
    this.width = width;
  }

  /** Makes room for a pass of so many rows; not to be recorded. */
  void prepare(long rows) {
    if (buffers.filter(b -> b.gradients.rows() == rows).isPresent()) {
      return;
    }
    close();
    replaced++;
    try (var opened = new CloseStack()) {
      TensorScope scope = opened.own(backend.newScope());
      Tensor gradients = scope.zeros(backend.real(), rows, width);
      buffers =
          Optional.of(
              new Buffers(scope, gradients, new MatchedRms(backend, scope, gradients.size())));
      opened.keep();
    }
  }

  /** The second gradient [N, D]. */
  Tensor gradients() {
    return buffers.orElseThrow().gradients;
  }

  /** out = x·rms(reference)/rms(x), all [N, D]; out may be either. */
  void match(Tensor x, Tensor reference, Tensor out) {
    buffers.orElseThrow().rms.add(x, reference, 0, out);
  }

  /** How often the buffers were replaced. */
  long generation() {
    return replaced;
  }

  @Override
  public void close() {
    buffers.ifPresent(b -> b.scope.close());
    buffers = Optional.empty();
  }
}
