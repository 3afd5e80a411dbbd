package dev.gatun.backend.cuda;

import dev.gatun.backend.AdamWFactors;
import dev.gatun.backend.AdamWStep;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;

/** The AdamW update: {@code adamw.cu}; see {@link dev.gatun.backend.Backend#adamW}. */
final class AdamW implements Parts.AdamW {
  private static final Kernel ADAMW = new Kernel("adamw", "adamw_f32");
  private static final int THREADS = 256;
  private static final int PER_THREAD = 4;
  private static final int VECTOR_BYTES = 16;

  private final Launcher launcher;
  private final RoundedWeights kept;

  /** With the copies of weights that it writes too. */
  AdamW(Launcher launcher, RoundedWeights kept) {
    this.launcher = launcher;
    this.kept = kept;
  }

  @Override
  public void adamW(
      AdamWStep step, Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment) {
    long size = parameter.size();
    var copy = kept.find(parameter);
    // Parts that this step does not write are as fresh afterwards as they were before.
    boolean isFresh = copy.isPresent() && copy.get().isFresh;
    AdamWFactors f = AdamWFactors.of(step);
    launcher.launch(
        ADAMW,
        Grid.of(Math.ceilDiv(size, THREADS * PER_THREAD), THREADS),
        parameter,
        gradient,
        firstMoment,
        secondMoment,
        copy.map(it -> it.of(parameter)).orElse(null),
        size,
        head(parameter, gradient, firstMoment, secondMoment),
        f.gradientScale(),
        f.beta1(),
        f.oneMinusBeta1(),
        f.beta2(),
        f.oneMinusBeta2(),
        f.minusDecay(),
        f.minusRate(),
        f.inverseRoot(),
        f.epsilon());
    copy.ifPresent(it -> it.isFresh = isFresh);
  }

  /**
   * Elements before the first that all tensors have at the start of a vector; all, where their
   * places differ.
   */
  private static long head(Tensor... tensors) {
    long beyond = tensors[0].memory().address() % VECTOR_BYTES;
    for (Tensor tensor : tensors) {
      if (tensor.memory().address() % VECTOR_BYTES != beyond) {
        return tensor.size();
      }
    }
    long head = (VECTOR_BYTES - beyond) % VECTOR_BYTES / Float.BYTES;
    return Math.min(head, tensors[0].size());
  }
}
