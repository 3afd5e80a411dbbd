package dev.gatun.cli;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.measure.DeviceProvenance;
import dev.gatun.results.Provenance;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** When a piece of work began. */
record Timing(Instant started, long startedNanos) {
  /** Now. */
  Timing() {
    this(Instant.now().truncatedTo(ChronoUnit.SECONDS), System.nanoTime());
  }

  double seconds() {
    return (System.nanoTime() - startedNanos) * 1e-9;
  }

  /** This process and the device, and the time since. */
  Provenance provenance(DeviceDescription device, long seed) {
    return DeviceProvenance.of(device)
        .with(Provenance.SEED, Long.toString(seed))
        .with(Provenance.STARTED, started.toString())
        .with(Provenance.WALL_SECONDS, String.format(Locale.ROOT, "%.1f", seconds()));
  }
}
