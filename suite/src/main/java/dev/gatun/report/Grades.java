package dev.gatun.report;

import dev.gatun.results.Grade;

/** How exact a source is, as the report says it. */
final class Grades {
  private Grades() {}

  static String word(Grade grade) {
    return switch (grade) {
      case PRINTED -> "printed";
      case FIGURE -> "figure";
      case SECONDARY -> "secondary";
      case AUTHOR -> "author";
      case PREDICTED -> "predicted";
      case IDENTITY -> "identity";
    };
  }

  static String explanation(Grade grade) {
    return switch (grade) {
      case PRINTED -> "in the paper's text";
      case FIGURE -> "read off a figure";
      case SECONDARY -> "reported by readers of the full text";
      case AUTHOR -> "stated by the author elsewhere";
      case PREDICTED -> "predicted here before the runs";
      case IDENTITY -> "follows by algebra or construction";
    };
  }
}
