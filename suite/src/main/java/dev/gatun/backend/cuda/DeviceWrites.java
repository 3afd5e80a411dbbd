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
  private final List<Range> recorded = new ArrayList<>();
  private boolean recording;

  /** The bytes from one address up to another. */
  record Range(long from, long to) {}

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
    to(new Range(from, from + tensor.byteSize()));
  }

  /** Anything may change. */
  void toAnything() {
    to(new Range(Long.MIN_VALUE, Long.MAX_VALUE));
  }

  private void to(Range range) {
    listeners.forEach(listener -> listener.written(range.from, range.to));
    if (recording) {
      recorded.add(range);
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

  /** What they write, whenever the recording is run. */
  List<Range> endRecording() {
    recording = false;
    listeners.forEach(Listener::afterRecording);
    return List.copyOf(recorded);
  }

  /** A recording that writes this was run. */
  void again(List<Range> ranges) {
    ranges.forEach(this::to);
  }
}
