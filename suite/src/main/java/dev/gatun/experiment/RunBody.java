package dev.gatun.experiment;

import dev.gatun.results.RunRecorder;

/**
 * What the runs of a sweep do: train as a setting says, and record.
 *
 * @param <S> the experiment's settings
 */
@FunctionalInterface
public interface RunBody<S extends RunSetting> {
  /**
   * Runs one setting. Called for several settings at once, each with a backend of its own: it keeps
   * no state between runs, and what it records depends on the setting and the corpus alone.
   *
   * @param recorder of this run, begun and finished by the sweep
   */
  void run(S setting, RunEnvironment environment, RunRecorder recorder);
}
