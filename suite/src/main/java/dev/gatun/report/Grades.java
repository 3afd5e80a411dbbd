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
      case MEASURED -> "measured here";
    };
  }

  private static String explanation(Grade grade) {
    return switch (grade) {
      case PRINTED -> "in the paper's text";
      case FIGURE -> "read off a figure";
      case SECONDARY -> "reported by readers of the full text";
      case MEASURED -> "measured with Gatun";
    };
  }

  /** A small tag; its meaning is spelled out in the legend of the report. */
  static String tag(Grade grade) {
    return "<span class=\"grade\" title=\"%s\">%s</span>"
        .formatted(explanation(grade), word(grade));
  }

  /** All grades and what they mean, as a sentence of HTML. */
  static String legend() {
    var text = new StringBuilder("Sources: ");
    for (Grade grade : Grade.values()) {
      text.append(grade.ordinal() == 0 ? "" : ", ").append(tag(grade)).append(' ');
      text.append(explanation(grade));
    }
    return text.append('.').toString();
  }
}
