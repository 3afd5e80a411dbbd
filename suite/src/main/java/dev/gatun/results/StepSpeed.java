package dev.gatun.results;

/**
 * How fast a training step was, which no two runs agree on.
 *
 * @param step number of steps done, this one included
 * @param seconds of the step, without evaluations and checkpoints
 * @param tokensPerSecond of the step
 */
public record StepSpeed(long step, double seconds, double tokensPerSecond) {}
