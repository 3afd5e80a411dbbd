package dev.gatun.backend;

/**
 * The constants of an AdamW step, worked out in f64 and rounded once, for devices that update in
 * f32. With g = gradientScale·gradient, each operation rounding on its own:
 *
 * <pre>
 * m ← m·beta1 + g·oneMinusBeta1
 * v ← v·beta2 + (g·g)·oneMinusBeta2
 * p ← (p + p·minusDecay) + (m·minusRate)/(√v·inverseRoot + epsilon)
 * </pre>
 *
 * @param minusDecay −learningRate·weightDecay
 * @param minusRate −learningRate/(1 − beta1^step)
 * @param inverseRoot 1/√(1 − beta2^step)
 */
public record AdamWFactors(
    float gradientScale,
    float beta1,
    float oneMinusBeta1,
    float beta2,
    float oneMinusBeta2,
    float minusDecay,
    float minusRate,
    float inverseRoot,
    float epsilon) {

  /** Those of a step. */
  public static AdamWFactors of(AdamWConstants constants, StepNumbers step) {
    double correction1 = 1 - StrictMath.pow(constants.beta1(), step.number());
    double correction2 = 1 - StrictMath.pow(constants.beta2(), step.number());
    return new AdamWFactors(
        (float) step.gradientScale(),
        (float) constants.beta1(),
        (float) (1 - constants.beta1()),
        (float) constants.beta2(),
        (float) (1 - constants.beta2()),
        (float) (-step.learningRate() * constants.weightDecay()),
        (float) (-step.learningRate() / correction1),
        (float) (1 / Math.sqrt(correction2)),
        (float) constants.epsilon());
  }
}
