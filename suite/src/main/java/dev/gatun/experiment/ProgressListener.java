package dev.gatun.experiment;

/** Is told how work goes on. */
@FunctionalInterface
public interface ProgressListener {
  ProgressListener NONE = _ -> {};

  /** Called from the thread that works, often: return soon. */
  void progressed(Progress progress);
}
