package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.model.Parameters;
import dev.gatun.tensor.Tensor;
import java.util.Map;

/** Turns gradients into steps; one call per weight-decay group over the flat buffers. */
sealed interface Optimiser extends AutoCloseable permits AdamW, MomentumSgd {

  /** The optimiser of some settings, at rest. */
  static Optimiser of(
      Backend backend, Parameters parameters, TrainingConfig.OptimiserSettings settings) {
    return switch (settings) {
      case TrainingConfig.AdamWSettings adamW -> new AdamW(backend, parameters, adamW);
      case TrainingConfig.MomentumSgdSettings sgd -> new MomentumSgd(backend, parameters, sgd);
    };
  }

  /**
   * One step; nothing if it is held.
   *
   * @param numbers its {@link dev.gatun.backend.StepNumbers} on the device
   */
  void step(Tensor numbers);

  /** Whether {@link #step} can be recorded: the host does not read the numbers. */
  boolean isRecordable();

  /** What it remembers between steps, by name: tensors laid out as the parameters. */
  Map<String, Tensor> state();

  /** Frees its state. */
  @Override
  void close();

  /** A range of the flat buffers and its decay. */
  interface Group {
    void update(long from, long to, double weightDecay);
  }

  /** Calls once for every range of parameters whose decay is the same. */
  static void forEachGroup(
      Parameters parameters, TrainingConfig.OptimiserSettings settings, Group group) {
    long size = parameters.values().size();
    long decaying =
        switch (settings.weightDecayOn()) {
          case ALL -> parameters.decayableSize();
          case MATRICES -> parameters.matricesSize();
        };
    group.update(0, decaying, settings.weightDecay());
    if (decaying < size) {
      group.update(decaying, size, 0);
    }
  }
}
