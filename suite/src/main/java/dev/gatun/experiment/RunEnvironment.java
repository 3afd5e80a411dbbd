package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.train.StepReport;
import java.nio.file.Path;

/** What a run of a sweep works with. */
public interface RunEnvironment {
  /** This run's alone while it lasts; not for the run to close. */
  Backend backend();

  /**
   * The corpus, cut into a vocabulary of this size by {@link ClaimContext#tokenizer}.
   *
   * @throws dev.gatun.data.UnusableCorpusException if it cannot be read or is too small
   */
  TokenizedCorpus tokens(int vocabulary);

  /** Everything that decides the numbers of this run, as one JSON object. */
  String configuration();

  /**
   * A folder for files of this run alone, which need not exist yet. What is in it is found again
   * after an interrupt, and goes when the evidence of all claims is written.
   */
  Path workFolder();

  /**
   * Tells of every step. This is a safe point: it throws if the sweep is to end, and the run lets
   * that through and frees what it holds.
   *
   * @throws java.util.concurrent.CancellationException if the sweep is to end
   */
  void report(StepReport step);

  /**
   * Runs a measurement. Its time is the unit in which {@link RunSetting#measurements} counts, if
   * nothing was rehearsed.
   */
  default void measure(Runnable measurement) {
    measurement.run();
  }

  /**
   * Runs, where the run is only timed, what is measured after the training alone, or a part of what
   * takes long: its time then is the unit of {@link RunSetting#measurements}, and nothing else is
   * measured.
   */
  default void rehearse(Runnable measurement) {}
}
