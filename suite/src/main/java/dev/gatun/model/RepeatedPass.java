package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.Recording;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A pass that is run many times on tensors that stay where they are: plainly at first, which
 * allocates buffers and compiles kernels, recorded when the same comes again, replayed from then
 * on. What it computes is the same to the byte each way.
 */
final class RepeatedPass implements AutoCloseable {
  private final Backend backend;
  private Optional<Form> last = Optional.empty();
  private Optional<Recording> recording = Optional.empty();

  RepeatedPass(Backend backend) {
    this.backend = backend;
  }

  /**
   * What makes two passes the same series of operations.
   *
   * @param generation changes when a buffer is replaced
   */
  record Form(int batch, int length, double scale, long generation) {}

  /**
   * Runs the pass.
   *
   * @param form of the pass, asked before it and, since it may replace buffers, after it
   */
  void run(Supplier<Form> form, Runnable pass) {
    if (!last.equals(Optional.of(form.get()))) {
      close();
      pass.run();
      last = Optional.of(form.get());
      return;
    }
    if (recording.isEmpty()) {
      recording = Optional.of(backend.record(pass));
    }
    recording.get().run();
  }

  /** Frees the recording; the next pass is a plain one. */
  @Override
  public void close() {
    recording.ifPresent(Recording::close);
    recording = Optional.empty();
    last = Optional.empty();
  }
}
