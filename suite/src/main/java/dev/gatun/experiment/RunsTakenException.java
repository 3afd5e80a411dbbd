package dev.gatun.experiment;

import java.util.List;
import java.util.stream.Collectors;

/** Runs that are needed are being done by other processes, which share the results folder. */
public final class RunsTakenException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<StoredRun> runs;

  /** Names the runs, each with its process. */
  RunsTakenException(List<StoredRun> runs) {
    super("other processes do runs that are needed here: " + named(runs));
    this.runs = List.copyOf(runs);
  }

  List<StoredRun> runs() {
    return runs;
  }

  static String named(List<StoredRun> runs) {
    return runs.stream().map(StoredRun::withHolder).collect(Collectors.joining("; "));
  }
}
