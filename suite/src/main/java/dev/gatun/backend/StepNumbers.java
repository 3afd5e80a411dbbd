package dev.gatun.backend;

import dev.gatun.tensor.Tensor;
import java.lang.foreign.ValueLayout;

/**
 * The numbers of one step of an optimiser. They lie in a tensor F64 [{@link #SIZE}] on the device,
 * so that a recording of a step serves for all steps.
 *
 * @param number of this step, the first is 1
 * @param gradientScale factor on the gradient before anything else (clipping)
 * @param isHeld whether the step is left out, because the gradient is not finite
 */
public record StepNumbers(long number, double learningRate, double gradientScale, boolean isHeld) {
  /** Elements of the tensor. */
  public static final int SIZE = 4;

  /** The first elements of the tensor, which the host knows before the gradient is there. */
  public static final int KNOWN_BEFORE = 2;

  /** The numbers of a step that is done. */
  public StepNumbers(long number, double learningRate, double gradientScale) {
    this(number, learningRate, gradientScale, false);
  }

  /** The numbers that the elements of a tensor hold. */
  public static StepNumbers of(double[] values) {
    return new StepNumbers((long) values[0], values[1], values[2], values[3] != 0);
  }

  /** The numbers that a tensor in host memory holds. */
  public static StepNumbers onHost(Tensor step) {
    return of(step.memory().toArray(ValueLayout.JAVA_DOUBLE));
  }

  /** The elements of the tensor. */
  public double[] values() {
    return new double[] {number, learningRate, gradientScale, isHeld ? 1 : 0};
  }

  /**
   * The factor that takes a gradient to a norm where it has a larger one.
   *
   * @param squares Σ g² of the gradient
   * @param clipNorm the largest norm
   */
  public static double gradientScale(double squares, double clipNorm) {
    double norm = Math.sqrt(squares);
    return norm > clipNorm ? clipNorm / norm : 1;
  }
}
