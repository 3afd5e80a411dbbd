package dev.gatun.bench;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * One piece of work, measured.
 *
 * @param seconds of each run
 * @param peakBytes the most device memory held at once
 * @param peer the same work by PyTorch, run by run in turn with ours
 */
public record Measurement(
    Work work, List<Double> seconds, long peakBytes, Floor floor, Optional<Peers> peer) {

  /**
   * The peer's side.
   *
   * @param peakBytes the most device memory that PyTorch held, 0 where it does not say
   */
  public record Peers(PeerSetting setting, List<Double> seconds, long peakBytes) {}

  public double best() {
    return Collections.min(seconds);
  }

  /** The least time of the peer over ours; empty without a peer. */
  public OptionalDouble ratioOfBests() {
    return peer.map(p -> OptionalDouble.of(Collections.min(p.seconds()) / best()))
        .orElse(OptionalDouble.empty());
  }

  /**
   * What to say when a run took less than the floor: then the floor was measured too slow, and says
   * nothing.
   */
  public Optional<String> floorFault() {
    return best() >= floor.seconds()
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "the floor of %s is wrong: %.2f ms by %s, but a run took %.2f ms; the machine was"
                    + " slower when the floor was measured, so measure again when it is idle",
                work.name(),
                1e3 * floor.seconds(),
                floor.bound(),
                1e3 * best()));
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
