package dev.gatun.backend;

import dev.gatun.tensor.Tensor;

/**
 * log Σᵥ exp(xᵥ) of each of R rows, as two numbers that add up to it. One F32 number near 1,000
 * knows the sum to 3e-5 only, and every probability computed from it is as inexact. exp(x −
 * max)·exp(−rest) is right to F32 rounding however large x is.
 *
 * @param max the largest x of each row [R]
 * @param rest log Σᵥ exp(xᵥ − max) of each row [R]; in mixtures, the logarithm of a component's
 *     share is taken from it
 */
public record LogSumExp(Tensor max, Tensor rest) {

  /** The part that belongs to {@code count} rows from row {@code first} on. */
  public LogSumExp slice(long first, long count) {
    return new LogSumExp(max.slice(first, count), rest.slice(first, count));
  }
}
