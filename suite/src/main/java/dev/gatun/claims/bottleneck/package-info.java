/**
 * A1 to A5, A9 and A10: what the head of a small language model does to the logit gradient, before,
 * during and after training.
 */
package dev.gatun.claims.bottleneck;
