package dev.gatun.data;

/** How much of a text is a table: escapes of characters, and numbers. */
final class Tables {
  private Tables() {}

  /** Share of the characters, blanks apart, that stand in escapes and numbers. */
  static double share(String text) {
    long in = 0;
    long all = 0;
    for (int at = 0; at < text.length(); ) {
      int end = end(text, at);
      in += end - at;
      if (end == at) {
        end = pastName(text, at);
        all += Character.isWhitespace(text.charAt(at)) ? at - end : 0;
      }
      all += end - at;
      at = end;
    }
    return all == 0 ? 0 : in / (double) all;
  }

  /** Where the escape or number ends that begins here; here if none does. */
  private static int end(String text, int at) {
    char first = text.charAt(at);
    if (first >= '0' && first <= '9') {
      return pastName(text, at);
    }
    if (first != '\\' || at + 1 == text.length()) {
      return at;
    }
    char second = text.charAt(at + 1);
    int most = second == 'u' ? 6 : second == 'x' ? 4 : second >= '0' && second <= '9' ? 4 : 0;
    int end = at + 2;
    while (end < Math.min(text.length(), at + most)
        && Character.digit(text.charAt(end), second == 'u' || second == 'x' ? 16 : 8) >= 0) {
      end++;
    }
    return most == 0 || (second == 'u' && end < at + most) ? at : end;
  }

  /** Behind the letters, digits and points from here on, one character at least. */
  private static int pastName(String text, int at) {
    int end = at + 1;
    if (!isOfName(text.charAt(at))) {
      return end;
    }
    while (end < text.length() && (isOfName(text.charAt(end)) || text.charAt(end) == '.')) {
      end++;
    }
    return end;
  }

  private static boolean isOfName(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }
}
