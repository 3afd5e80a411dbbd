package dev.gatun.data;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Java source files are made of: code without comments, and the English of its Javadoc. */
final class JavaText {
  private static final Pattern MARGIN = Pattern.compile("(?m)^[ \\t]*+\\**+[ \\t]?");
  private static final Pattern EXAMPLE =
      Pattern.compile("(?is)<(pre|table|script|style)\\b.*?</\\1>|\\{@snippet\\b.*?\\n[ \\t]*\\}");
  private static final Pattern INLINE = Pattern.compile("\\{@(\\w+)\\s*([^{}]*)\\}");
  private static final Pattern BREAK =
      Pattern.compile("(?i)</?(p|li|ul|ol|dl|dt|dd|br|h[1-6]|div|blockquote|hr)\\b[^>]*>");
  private static final Pattern TAG = Pattern.compile("</?[a-zA-Z][^<>]*>|<!--[^>]*>");
  private static final Pattern NAMED_BLOCK =
      Pattern.compile("(?m)^@(?:param|throws|exception)\\s+(?:<\\w+>|[\\w.$]+)");
  private static final Pattern SAYING_BLOCK =
      Pattern.compile("(?m)^@(?:return|deprecated|apiNote|implNote|implSpec)\\b");
  private static final Pattern PARAGRAPH = Pattern.compile("[ \\t]*\\n[ \\t]*\\n\\s*");
  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final Pattern SENTENCE = Pattern.compile("\\p{L}{2,}[ ,;:]+\\p{L}+");

  /** Unicode's paragraph separator. */
  private static final String MARK = "\u2029";

  private JavaText() {}

  /** The source without comments, and without the blank lines that they leave. */
  static String code(String source) {
    String text = source.replace("\r", "");
    var code = new StringBuilder(text.length());
    int from = 0;
    for (int at = 0; at < text.length(); ) {
      int end = lexemeEnd(text, at);
      if (text.charAt(at) == '/' && end > at + 1) {
        code.append(text, from, at);
        from = end;
      }
      at = end;
    }
    code.append(text, from, text.length());
    return withoutBlankLines(code);
  }

  private static String withoutBlankLines(CharSequence code) {
    var lines = new StringBuilder(code.length());
    code.toString()
        .lines()
        .map(String::stripTrailing)
        .filter(line -> !line.isEmpty())
        .forEach(line -> lines.append(line).append('\n'));
    return lines.toString();
  }

  /** The sentences of the Javadoc comments, a paragraph each; empty if there are none. */
  static String prose(String source) {
    String text = source.replace("\r", "");
    var prose = new StringBuilder();
    for (int at = 0; at < text.length(); ) {
      int end = lexemeEnd(text, at);
      if (text.startsWith("/**", at) && end > at + 4 && text.startsWith("*/", end - 2)) {
        String comment = text.substring(at + 3, end - 2);
        if (!Licence.isIn(comment)) {
          english(comment, prose);
        }
      }
      at = end;
    }
    return prose.toString();
  }

  /** Where the comment, string or character ends that begins here; one further if none does. */
  private static int lexemeEnd(String text, int at) {
    return switch (text.charAt(at)) {
      case '"' ->
          text.startsWith("\"\"\"", at) ? quotedEnd(text, at, "\"\"\"") : quotedEnd(text, at, "\"");
      case '\'' -> quotedEnd(text, at, "'");
      case '/' ->
          text.startsWith("//", at)
              ? orEnd(text, text.indexOf('\n', at), 0)
              : text.startsWith("/*", at) ? orEnd(text, text.indexOf("*/", at + 2), 2) : at + 1;
      default -> at + 1;
    };
  }

  private static int orEnd(String text, int found, int length) {
    return found < 0 ? text.length() : found + length;
  }

  /** A quotation of one line that is not closed on it is none. */
  private static int quotedEnd(String text, int at, String quote) {
    for (int i = at + quote.length(); i < text.length(); i++) {
      if (text.startsWith(quote, i)) {
        return i + quote.length();
      }
      if (text.charAt(i) == '\n' && quote.length() == 1) {
        return at + 1;
      }
      i += text.charAt(i) == '\\' ? 1 : 0;
    }
    return at + 1;
  }

  private static void english(String comment, StringBuilder prose) {
    String text = MARGIN.matcher(comment).replaceAll("");
    text = EXAMPLE.matcher(text).replaceAll(MARK);
    for (String before = ""; text.contains("{@") && !before.equals(text); ) {
      before = text;
      text = INLINE.matcher(text).replaceAll(JavaText::java);
    }
    text = NAMED_BLOCK.matcher(text).replaceAll(MARK);
    text = SAYING_BLOCK.matcher(text).replaceAll(MARK);
    text = text.replace("\n@", MARK + "@");
    text = BREAK.matcher(text).replaceAll(MARK);
    text = TAG.matcher(text).replaceAll("");
    text = PARAGRAPH.matcher(text).replaceAll(MARK);
    for (String paragraph : text.split(MARK)) {
      String line = SPACES.matcher(characters(paragraph)).replaceAll(" ").strip();
      if (!line.startsWith("@") && SENTENCE.matcher(line).find()) {
        prose.append(line).append('\n');
      }
    }
  }

  /** What a reader sees of an inline tag. */
  private static String java(MatchResult tag) {
    String content = tag.group(2).strip();
    String seen =
        switch (tag.group(1)) {
          case "code", "literal", "value", "summary", "return", "index" -> content;
          case "link", "linkplain" -> label(content);
          default -> "";
        };
    return Matcher.quoteReplacement(seen.replace("<", "&lt;").replace(">", "&gt;"));
  }

  private static String label(String link) {
    int name = link.indexOf('(') < 0 ? link.indexOf(' ') : link.indexOf(')') + 1;
    boolean hasLabel = name > 0 && name < link.length();
    return hasLabel ? link.substring(name).strip() : link.substring(link.indexOf('#') + 1);
  }

  private static String characters(String text) {
    return text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#64;", "@")
        .replace("&#42;", "*")
        .replace("&nbsp;", " ")
        .replace("&mdash;", "-")
        .replace("&amp;", "&");
  }
}
