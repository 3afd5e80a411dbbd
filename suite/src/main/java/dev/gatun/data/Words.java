package dev.gatun.data;

/**
 * Cuts text into the words within which a byte-pair encoding merges, as GPT-2's released pattern
 * does: {@code '(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}. A scanner
 * does in one pass what the regular expression does in many.
 */
final class Words {
  private enum Kind {
    LETTER,
    NUMBER,
    SPACE,
    OTHER
  }

  private static final Kind[] ASCII = new Kind[128];

  static {
    for (int c = 0; c < ASCII.length; c++) {
      ASCII[c] = ofUnicode(c);
    }
  }

  private Words() {}

  /** Where the word ends that begins at a place before the text's end. */
  static int end(String text, int from) {
    char first = text.charAt(from);
    if (first == '\'') {
      int contraction = contraction(text, from + 1);
      if (contraction > 0) {
        return from + 1 + contraction;
      }
    }
    int start = first == ' ' && from + 1 < text.length() ? from + 1 : from;
    Kind kind = kind(text.codePointAt(start));
    if (kind != Kind.SPACE) {
      return runEnd(text, start, kind);
    }
    int end = runEnd(text, from, Kind.SPACE);
    // The last of several blanks belongs to the word behind them.
    return end == text.length() || end == from + 1 ? end : end - 1;
  }

  private static int contraction(String text, int at) {
    if (at < text.length() && "sdmt".indexOf(text.charAt(at)) >= 0) {
      return 1;
    }
    boolean isLong =
        text.startsWith("ll", at) || text.startsWith("ve", at) || text.startsWith("re", at);
    return isLong ? 2 : 0;
  }

  private static int runEnd(String text, int from, Kind kind) {
    int at = from;
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      if (kind(codePoint) != kind) {
        return at;
      }
      at += Character.charCount(codePoint);
    }
    return at;
  }

  private static Kind kind(int codePoint) {
    return codePoint < ASCII.length ? ASCII[codePoint] : ofUnicode(codePoint);
  }

  private static Kind ofUnicode(int codePoint) {
    if (Character.isLetter(codePoint)) {
      return Kind.LETTER;
    }
    return switch (Character.getType(codePoint)) {
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          Kind.NUMBER;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          Kind.SPACE;
      default ->
          codePoint >= '\t' && codePoint <= '\r' || codePoint == 0x85 ? Kind.SPACE : Kind.OTHER;
    };
  }
}
