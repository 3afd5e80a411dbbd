package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/** F64 scratch for chunks of rows of one width, kept from chunk to chunk; its contents are not. */
final class ChunkBuffer implements AutoCloseable {
  private final Backend backend;
  private final long cols;
  private Optional<Buffer> buffer = Optional.empty();

  private record Buffer(TensorScope scope, Tensor tensor) {}

  ChunkBuffer(Backend backend, long cols) {
    this.backend = backend;
    this.cols = cols;
  }

  /** [rows, cols] F64, with anything in it; valid until the next call. */
  Tensor ofRows(long rows) {
    if (buffer.filter(b -> b.tensor.rows() >= rows).isEmpty()) {
      close();
      try (var opened = new CloseStack()) {
        TensorScope scope = opened.own(backend.newScope());
        buffer = Optional.of(new Buffer(scope, scope.zeros(ElementType.F64, rows, cols)));
        opened.keep();
      }
    }
    return buffer.orElseThrow().tensor.rows(0, rows);
  }

  /** A chunk of rows, widened; valid until the next call. */
  Tensor widened(Tensor chunk) {
    Tensor wide = ofRows(chunk.rows());
    backend.copy(chunk, wide);
    return wide;
  }

  @Override
  public void close() {
    buffer.ifPresent(b -> b.scope.close());
    buffer = Optional.empty();
  }
}
