package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;

class CpuTrainingTest extends TrainingContract {
  @Override
  Backend open() {
    return CpuBackend.open(2);
  }
}
