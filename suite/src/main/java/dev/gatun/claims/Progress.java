package dev.gatun.claims;

/**
 * How far a piece of work has come.
 *
 * @param claim id of the claim that asked for the work
 * @param task what is done, as {@code train D=48 seed 1}
 * @param done units finished, 0 to {@code total}
 * @param total units of the task
 * @param loss training loss in nats per token, NaN where nothing trains
 * @param tokensPerSecond speed of training, NaN where nothing trains
 */
public record Progress(
    String claim, String task, long done, long total, double loss, double tokensPerSecond) {

  /** Of work that does not train. */
  public static Progress of(String claim, String task, long done, long total) {
    return new Progress(claim, task, done, total, Double.NaN, Double.NaN);
  }
}
