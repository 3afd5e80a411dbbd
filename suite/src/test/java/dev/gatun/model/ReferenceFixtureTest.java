package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;

/** The fixtures on the f64 oracle: what differs is PyTorch's own rounding. */
class ReferenceFixtureTest extends FixtureContract {
  @Override
  Backend open() {
    return new ReferenceBackend();
  }

  @Override
  double slack() {
    return 1;
  }

  @Override
  double adamWTolerance() {
    return 1e-5;
  }
}
