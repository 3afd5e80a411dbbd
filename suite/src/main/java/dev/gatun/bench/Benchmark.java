package dev.gatun.bench;

import dev.gatun.backend.Backend;
import dev.gatun.backend.DeviceDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  /** Measures a piece of work. */
  public Measurement run(Work work) {
    int warmUp = work.warmUp();
    // The peer's faster setting is found first and then used throughout.
    Optional<PeerSetting> setting = peer.map(p -> fastest(p, work));
    var ours = new ArrayList<Double>();
    var theirs = new ArrayList<Peer.Run>();
    backend.resetPeakMemory();
    work.repetition()
        .run(
            backend,
            warmUp + pairs,
            (round, seconds) -> {
              if (round >= warmUp) {
                ours.add(seconds);
                setting.ifPresent(s -> theirs.add(peer.orElseThrow().run(s)));
              }
            });
    return new Measurement(
        work,
        ours,
        backend.memoryUse().peakBytes(),
        speed.floor(work.cost()),
        setting.map(s ->
            new Measurement.Peers(
                s,
                theirs.stream().map(Peer.Run::seconds).toList(),
                theirs.stream().mapToLong(Peer.Run::peakBytes).max().orElse(0))));
  }

  private PeerSetting fastest(Peer peer, Work work) {
    PeerSetting best = null;
    double least = Double.POSITIVE_INFINITY;
    for (PeerSetting setting : settings(work)) {
      peer.run(setting);
      double seconds = Math.min(peer.run(setting).seconds(), peer.run(setting).seconds());
      if (seconds < least) {
        best = setting;
        least = seconds;
      }
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
