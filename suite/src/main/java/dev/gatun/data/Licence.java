package dev.gatun.data;

import java.util.List;
import java.util.regex.Pattern;

/** The licence that a file begins with, in the comments of most languages. */
final class Licence {
  private static final String[] LINE_COMMENTS = {"//", "#", "--", ";", "%"};

  private static final Pattern WORDS =
      Pattern.compile(
          "(?i)\\blicen[sc]ed? (to|under|agreement)|\\blicense,"
              + " version|\\bcopyright\\b|spdx-|\\ball rights reserved|warranties or conditions");

  /** One of these stands wherever the words do, and is found much faster. */
  private static final List<String> HINTS =
      List.of(
          "icen",
          "ICEN",
          "opyright",
          "OPYRIGHT",
          "pdx-",
          "PDX-",
          "eserved",
          "ESERVED",
          "arrant",
          "ARRANT");

  private Licence() {}

  /** Whether a comment is one. */
  static boolean isIn(String comment) {
    return HINTS.stream().anyMatch(comment::contains) && WORDS.matcher(comment).find();
  }

  /** The text without the comments at its beginning that are licences. */
  static String strip(String text) {
    int from = 0;
    while (true) {
      int end = commentEnd(text, from);
      if (end == from || !isIn(text.substring(from, end))) {
        return text.substring(from);
      }
      from = end;
    }
  }

  /** Where the comment ends that follows blanks from here; here if none does. */
  private static int commentEnd(String text, int from) {
    int at = pastBlanks(text, from);
    if (text.startsWith("/*", at)) {
      return past(text, "*/", at, from);
    }
    if (text.startsWith("<!--", at)) {
      return past(text, "-->", at, from);
    }
    int end = from;
    while (at < text.length() && isLineComment(text, at)) {
      end = past(text, "\n", at, text.length());
      at = pastBlanks(text, end);
    }
    return end;
  }

  private static int past(String text, String mark, int at, int none) {
    int found = text.indexOf(mark, at);
    return found < 0 ? none : found + mark.length();
  }

  private static int pastBlanks(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isLineComment(String text, int at) {
    for (String mark : LINE_COMMENTS) {
      if (text.startsWith(mark, at)) {
        return true;
      }
    }
    return false;
  }
}
