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
  private final List<Runnable> recorded = new ArrayList<>();
  private boolean recording;

  /** Keeps copies of device memory. */
  interface Listener {
    /** The bytes from one address up to another may change. */
    void written(long from, long to);

    /**
     * A recording is about to be made or run: what recordings may rely on is brought up to date,
     * and the rest forgotten.
     */
    void beforeRecording();

    /** A recording was made, and nothing of it has been done. */
    default void afterRecording() {}
  }

  /** Tells the listener of all writes from now on. */
  void tell(Listener listener) {
    listeners.add(listener);
  }

  /** The tensor may change. */
  void to(Tensor tensor) {
    long from = tensor.memory().address();
    to(from, from + tensor.byteSize());
  }

  /** Anything may change. */
  void toAnything() {
    to(Long.MIN_VALUE, Long.MAX_VALUE);
  }

  private void to(long from, long to) {
    follow(() -> listeners.forEach(listener -> listener.written(from, to)));
  }

  /**
   * Does what follows from the work that is put into the stream: now and, if that is recorded, each
   * time that the recording is run.
   */
  void follow(Runnable consequence) {
    consequence.run();
    if (recording) {
      recorded.add(consequence);
    }
  }

  /** A recording is about to be made or run. */
  void beforeRecording() {
    listeners.forEach(Listener::beforeRecording);
  }

  /** From here on, operations are recorded and not done. */
  void beginRecording() {
    recorded.clear();
    recording = true;
  }

  /** What follows from them, whenever the recording is run. */
  List<Runnable> endRecording() {
    recording = false;
    listeners.forEach(Listener::afterRecording);
    return List.copyOf(recorded);
  }

  /** A recording from which this follows was run. */
  void again(List<Runnable> consequences) {
    consequences.forEach(Runnable::run);
  }
}
