package dev.gatun.report;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A piece of a line of text. */
record Inline(Kind is, String text) {
  enum Kind {
    PLAIN,
    SUBSCRIPT,
    SUPERSCRIPT,
    /** Number of a paper on arXiv, which links to it. */
    PAPER
  }

  private static final Pattern ARXIV =
      Pattern.compile("arXiv[: ](\\d{4}\\.\\d{4,5}(?:v\\d+)?)", Pattern.CASE_INSENSITIVE);
  private static final Pattern SCRIPT =
      Pattern.compile("([_^])(?:\\{([^{}<>&]+)\\}|([\\p{L}0-9]+))");

  /** Text in which every arXiv number is a link. */
  static List<Inline> prose(String text) {
    var pieces = new ArrayList<Inline>();
    Matcher papers = ARXIV.matcher(text);
    int end = 0;
    for (; papers.find(); end = papers.end()) {
      pieces.add(new Inline(Kind.PLAIN, text.substring(end, papers.start())));
      pieces.add(new Inline(Kind.PAPER, papers.group(1)));
    }
    pieces.add(new Inline(Kind.PLAIN, text.substring(end)));
    return pieces;
  }

  /**
   * Text in which {@code _x} and {@code _{xy}} are subscripts, {@code ^x} and {@code ^{xy}}
   * superscripts; a sign stays with what it stands before.
   */
  static List<Inline> formula(String text) {
    String joined = text.replaceAll("(?<=^|\\s)−(?=\\S)", "−\u2060");
    var pieces = new ArrayList<Inline>();
    int end = 0;
    for (MatchResult script : SCRIPT.matcher(joined).results().toList()) {
      pieces.add(new Inline(Kind.PLAIN, joined.substring(end, script.start())));
      pieces.add(
          new Inline(
              script.group(1).equals("_") ? Kind.SUBSCRIPT : Kind.SUPERSCRIPT,
              script.group(2) == null ? script.group(3) : script.group(2)));
      end = script.end();
    }
    pieces.add(new Inline(Kind.PLAIN, joined.substring(end)));
    return pieces;
  }

  /** The number of a paper without its version. */
  String paper() {
    return text.replaceFirst("v\\d+$", "");
  }
}
