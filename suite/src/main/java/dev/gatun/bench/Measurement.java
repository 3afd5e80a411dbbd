package dev.gatun.bench;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One piece of work, measured.
 *
 * @param seconds of each run
 * @param peakBytes the most device memory held at once
 * @param floorSeconds the least time that the hardware allows
 * @param peer the same work by PyTorch, run by run in turn with ours
 */
public record Measurement(
    Work work, List<Double> seconds, long peakBytes, double floorSeconds, Optional<Peers> peer) {

  /**
   * The peer's side.
   *
   * @param peakBytes the most device memory that PyTorch held, 0 where it does not say
   */
  public record Peers(PeerSetting setting, List<Double> seconds, long peakBytes) {}

  /** The median time of a run. */
  public double median() {
    return median(seconds);
  }

  /** Peer's time over ours, run by run, in ascending order; empty without a peer. */
  public List<Double> ratios() {
    return peer.stream()
        .flatMap(p ->
            IntStream.range(0, seconds.size()).mapToObj(i -> p.seconds().get(i) / seconds.get(i)))
        .sorted()
        .toList();
  }

  /** The median of a list. */
  public static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
