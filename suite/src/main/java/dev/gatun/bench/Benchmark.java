package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.DeviceDescription;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Pieces of work, Gatun and PyTorch in turn on the same machine: each pair sees the same weather,
 * so the ratio holds where absolute times drift.
 */
public final class Benchmark {
  private final Backend backend;
  private final DeviceSpeed speed;
  private final int pairs;
  private final Optional<Peer> peer;

  /**
   * On a backend.
   *
   * @param pairs runs that count
   */
  public Benchmark(Backend backend, DeviceSpeed speed, int pairs, Optional<Peer> peer) {
    this.backend = backend;
    this.speed = speed;
    this.pairs = pairs;
    this.peer = peer;
  }

  /** Measures a piece of work; what fails is told in the outcome. */
  public Outcome run(Work work) {
    var theirs = new PeerRuns(work);
    try {
      Measurement measurement = run(work, theirs);
      return new Outcome(
          work, Optional.of(measurement), theirs.failure.map(why -> work.name() + ": " + why));
    } catch (RuntimeException | OutOfMemoryError e) {
      return new Outcome(work, Optional.empty(), Optional.of(work.name() + ": " + lastWords(e)));
    }
  }

  private Measurement run(Work work, PeerRuns theirs) {
    int warmUp = work.warmUp();
    var ours = new ArrayList<Double>();
    backend.resetPeakMemory();
    work.repetition()
        .run(
            backend,
            warmUp + pairs,
            (round, seconds) -> {
              if (round >= warmUp) {
                ours.add(seconds);
                theirs.run();
              }
            });
    return new Measurement(
        work, ours, backend.memoryUse().peakBytes(), speed.floor(work.cost()), theirs.measured());
  }

  private static String lastWords(Throwable failure) {
    return Stream.of(String.valueOf(failure.getMessage()), failure.toString())
        .flatMap(String::lines)
        .filter(line -> !line.equals("null"))
        .findFirst()
        .orElseThrow();
  }

  /** The peer's runs of a piece of work, until one fails; none without a peer. */
  private final class PeerRuns {
    private final List<Peer.Run> runs = new ArrayList<>();
    private Optional<PeerSetting> setting = Optional.empty();
    private Optional<String> failure = Optional.empty();

    /** Finds the peer's fastest setting, which is then used throughout. */
    PeerRuns(Work work) {
      peer.ifPresent(p -> attempt(() -> setting = fastest(p, work)));
    }

    void run() {
      if (failure.isEmpty()) {
        setting.ifPresent(s -> attempt(() -> runs.add(peer.orElseThrow().run(s))));
      }
    }

    private void attempt(Runnable request) {
      try {
        request.run();
      } catch (UncheckedIOException e) {
        failure = Optional.of(e.getCause().getMessage());
      }
    }

    Optional<Measurement.Peers> measured() {
      return setting
          .filter(_ -> failure.isEmpty())
          .map(s ->
              new Measurement.Peers(
                  s,
                  runs.stream().map(Peer.Run::seconds).toList(),
                  runs.stream().mapToLong(Peer.Run::peakBytes).max().orElse(0)));
    }
  }

  /** The first setting is the plain one; of the others, one that fails is left out. */
  private Optional<PeerSetting> fastest(Peer peer, Work work) {
    Optional<PeerSetting> best = Optional.empty();
    double least = Double.POSITIVE_INFINITY;
    for (PeerSetting setting : settings(work)) {
      try {
        peer.run(setting);
        double seconds = Math.min(peer.run(setting).seconds(), peer.run(setting).seconds());
        if (seconds < least) {
          best = Optional.of(setting);
          least = seconds;
        }
      } catch (UncheckedIOException e) {
        if (best.isEmpty()) {
          throw e;
        }
      }
    }
    if (best.isPresent()) {
      // It may be built anew, and its first run is slow.
      peer.run(best.get());
    }
    return best;
  }

  /** On a CPU PyTorch may be faster with fewer threads. */
  private List<PeerSetting> settings(Work work) {
    DeviceDescription device = backend.device();
    var settings = new ArrayList<PeerSetting>();
    for (String variant : work.peerVariants()) {
      int threads = device.threads();
      do {
        settings.add(new PeerSetting(variant, device.kind(), device.mathMode(), threads));
        threads /= 2;
      } while (threads >= 1 && device.kind().equals("cpu"));
    }
    return settings;
  }
}
