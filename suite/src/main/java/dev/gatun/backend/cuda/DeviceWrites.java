package dev.gatun.backend.cuda;

import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Tells those who keep copies of device memory what is about to be written. Whoever puts work into
 * the stream says here what that work writes: kernels by the parameters that are not {@code const},
 * everything else by a call of its own.
 */
final class DeviceWrites {
  private final List<Listener> listeners = new ArrayList<>();

  /** Keeps copies of device memory. */
  interface Listener {
    /** The bytes from one address up to another may change. */
    void written(long from, long to);
  }

  /** Tells the listener of all writes from now on. */
  void tell(Listener listener) {
    listeners.add(listener);
  }

  /** The tensor may change. */
  void to(Tensor tensor) {
    long from = tensor.memory().address();
    listeners.forEach(listener -> listener.written(from, from + tensor.byteSize()));
  }

  /** Anything may change. */
  void toAnything() {
    listeners.forEach(listener -> listener.written(Long.MIN_VALUE, Long.MAX_VALUE));
  }
}
