package dev.gatun.backend;

/**
 * One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101), as PyTorch does it: decay first,
 * then the bias-corrected update.
 *
 * @param step number of this step, the first is 1
 * @param gradientScale factor on the gradient before anything else (clipping, accumulation)
 */
public record AdamWStep(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    long step,
    double gradientScale) {}
