package dev.gatun.model;

/** How a parameter begins. */
public sealed interface Initialisation {
  /** Every element the same: 1 for norms' weights, 0 for biases. */
  record Constant(double value) implements Initialisation {}

  /** Independent N(0, standardDeviation²). */
  record Normal(double standardDeviation) implements Initialisation {}
}
