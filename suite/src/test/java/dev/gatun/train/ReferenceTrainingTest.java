package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;

class ReferenceTrainingTest extends TrainingContract {
  @Override
  Backend open() {
    return ReferenceBackend.open();
  }
}
