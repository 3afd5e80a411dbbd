package dev.gatun.backend;

/**
 * What every step of AdamW (Loshchilov and Hutter, arXiv 1711.05101) has in common. A step is done
 * as PyTorch does it: decay first, then the bias-corrected update.
 */
public record AdamWConstants(double beta1, double beta2, double epsilon, double weightDecay) {}
