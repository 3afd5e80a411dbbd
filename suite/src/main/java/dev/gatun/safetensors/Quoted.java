package dev.gatun.safetensors;

/** What strangers wrote, made fit for a message: on one line and of bounded length. */
final class Quoted {
  private static final int LONGEST_PART = 120;
  private static final int LONGEST_LINE = 1000;

  private Quoted() {}

  /** A name or value from a file, cut where it is long. */
  static String part(Object value) {
    return cut(String.valueOf(value), LONGEST_PART);
  }

  /** A message with control characters made visible, cut where it is long. */
  static String line(String message) {
    StringBuilder visible = new StringBuilder();
    for (char c : cut(message, LONGEST_LINE).toCharArray()) {
      if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        visible.append("\\u%04x".formatted((int) c));
      } else {
        visible.append(c);
      }
    }
    return visible.toString();
  }

  private static String cut(String text, int longest) {
    return text.length() <= longest ? text : text.substring(0, longest) + "…";
  }
}
