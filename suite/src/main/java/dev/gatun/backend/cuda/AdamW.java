package dev.gatun.backend.cuda;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/** The AdamW update: {@code adamw.cu}; see {@link dev.gatun.backend.Backend#adamW}. */
final class AdamW implements Parts.AdamW {
  private static final String FILE = "adamw";
  private static final Kernel SCALE = new Kernel(FILE, "gradient_scale_f64");
  private static final Kernel FACTORS = new Kernel(FILE, "adamw_factors_f32");
  private static final Kernel ADAMW = new Kernel(FILE, "adamw_f32");
  private static final int THREADS = 256;
  private static final int PER_THREAD = 4;
  private static final int VECTOR_BYTES = 16;
  private static final Grid ONE_BLOCK = Grid.of(1, 128);

  /** As in adamw.cu. */
  private static final int FACTORS_SIZE = 5;

  private final Launcher launcher;
  private final RoundedWeights kept;
  private final DeviceScratch scratch;

  AdamW(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    this.kept = memory.roundedWeights();
    this.scratch = new DeviceScratch(memory);
  }

  @Override
  public void gradientScale(Tensor sums, double clipNorm, Tensor step) {
    launcher.launch(SCALE, ONE_BLOCK, sums, step, clipNorm, Math.toIntExact(sums.size()));
  }

  @Override
  public void adamW(
      AdamWConstants constants,
      Tensor step,
      Tensor parameter,
      Tensor gradient,
      Tensor firstMoment,
      Tensor secondMoment) {
    Tensor factors = factors(constants, step);
    long size = parameter.size();
    Optional<RoundedWeights.Copy> copy = kept.find(parameter);
    // Parts that this step does not write are as fresh afterwards as they were before.
    copy.ifPresent(it -> launcher.writes().follow(it::beforeBothAreWritten));
    launcher.launch(
        ADAMW,
        Grid.of(Math.ceilDiv(size, THREADS * PER_THREAD), THREADS),
        parameter,
        gradient,
        firstMoment,
        secondMoment,
        copy.map(it -> it.of(parameter)).orElse(null),
        factors,
        size,
        head(parameter, gradient, firstMoment, secondMoment),
        (float) constants.beta1(),
        (float) (1 - constants.beta1()),
        (float) constants.beta2(),
        (float) (1 - constants.beta2()),
        (float) constants.epsilon());
    copy.ifPresent(it -> launcher.writes().follow(it::bothWereWritten));
  }

  private Tensor factors(AdamWConstants constants, Tensor step) {
    Tensor factors = scratch.get(ElementType.F32, FACTORS_SIZE);
    launcher.launch(
        FACTORS,
        ONE_BLOCK,
        step,
        factors,
        constants.beta1(),
        constants.beta2(),
        constants.weightDecay());
    return factors;
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
