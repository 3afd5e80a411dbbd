package dev.gatun.report;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Text as HTML that is also well-formed XML. Everything from outside the code passes through it.
 */
final class Html {
  private static final Pattern ARXIV =
      Pattern.compile("(?:arXiv[: ])(\\d{4}\\.\\d{4,5})(v\\d+)?", Pattern.CASE_INSENSITIVE);
  private static final Pattern SUBSCRIPT = Pattern.compile("_(?:\\{([^{}<>&]+)\\}|([\\p{L}0-9]+))");
  private static final Pattern SUPERSCRIPT =
      Pattern.compile("\\^(?:\\{([^{}<>&]+)\\}|([\\p{L}0-9]+))");

  private Html() {}

  /** Text with the characters that mean something in HTML, and those XML forbids, made harmless. */
  static String escape(String text) {
    var html = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '<' -> html.append("&lt;");
            case '>' -> html.append("&gt;");
            case '&' -> html.append("&amp;");
            case '"' -> html.append("&quot;");
            case '\'' -> html.append("&#39;");
            default -> html.appendCodePoint(allowedInXml(c) ? c : 0xFFFD);
          }
        });
    return html.toString();
  }

  /** Characters of XML 1.0, section 2.2, but for the C1 controls. */
  private static boolean allowedInXml(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c < 0x7F)
        || (c >= 0xA0 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || c >= 0x10000;
  }

  /** An escaped identifier that may break after its underscores. */
  static String name(String identifier) {
    return escape(identifier).replace("_", "_<wbr/>");
  }

  /** Escaped text in which every arXiv number is a link. */
  static String prose(String text) {
    return ARXIV
        .matcher(escape(text))
        .replaceAll("<a href=\"https://arxiv.org/abs/$1\">arXiv:$1$2</a>");
  }

  /**
   * Escaped text in which {@code _x} and {@code _{xy}} are subscripts, {@code ^x} and {@code ^{xy}}
   * superscripts; a sign stays with what it stands before.
   */
  static String formula(String text) {
    String joined = text.replaceAll("(?<=^|\\s)−(?=\\S)", "−\u2060");
    String lowered = SUBSCRIPT.matcher(escape(joined)).replaceAll("<sub>$1$2</sub>");
    return SUPERSCRIPT.matcher(lowered).replaceAll("<sup>$1$2</sup>");
  }

  /** A letter-digit-hyphen name for use as an id, from any text. */
  static String id(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }
}
