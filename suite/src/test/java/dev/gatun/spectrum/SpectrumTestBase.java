package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.TensorScope;
import org.junit.jupiter.api.AfterEach;

/** A backend and seeded matrices for each test. */
abstract class SpectrumTestBase {
  static final long SEED = 20_260_310L;
  static final String SEEDED = "seed " + SEED;

  final Backend backend = ReferenceBackend.open();
  final TensorScope scope = backend.newScope();
  final Matrices matrices = new Matrices(backend, scope, SEED);

  @AfterEach
  void closeBackend() {
    scope.close();
    backend.close();
  }
}
