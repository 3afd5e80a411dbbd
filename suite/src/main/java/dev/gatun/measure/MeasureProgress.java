package dev.gatun.measure;

/** Is told what is measured now; may end the work by throwing. */
@FunctionalInterface
public interface MeasureProgress {
  MeasureProgress NONE = _ -> {};

  /** Called before each part of the work. */
  void at(String task);
}
