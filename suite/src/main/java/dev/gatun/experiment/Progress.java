package dev.gatun.experiment;

import java.util.List;

/**
 * How far a piece of work has come.
 *
 * @param claim id of the claim that asked for the work
 * @param task what is done now, as {@code train d48-seed1}
 * @param done units finished, 0 to {@code total}
 * @param total units of the work
 * @param runs that train now; empty where nothing trains
 * @param runsDone runs of the sweep that are finished
 * @param runsTotal runs of the sweep, 0 where nothing trains
 */
public record Progress(
    String claim,
    String task,
    long done,
    long total,
    List<Running> runs,
    int runsDone,
    int runsTotal) {

  /**
   * A run that trains now.
   *
   * @param loss of its last step in nats per token
   * @param tokensPerSecond of its last step
   */
  public record Running(String id, double loss, double tokensPerSecond) {}

  /** Keeps a copy of the list. */
  public Progress {
    runs = List.copyOf(runs);
  }

  /** Of work that does not train. */
  public static Progress of(String claim, String task, long done, long total) {
    return new Progress(claim, task, done, total, List.of(), 0, 0);
  }
}
