package dev.gatun.report;

import gg.jte.html.HtmlTemplateOutput;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.util.Locale;
import java.util.function.Consumer;

/** Pages as HTML that is also well-formed XML. The templates escape what they are given. */
final class Html {
  private Html() {}

  /** What a template writes, with the characters that XML forbids replaced. */
  static String page(Consumer<HtmlTemplateOutput> template) {
    var text = new StringOutput();
    template.accept(new OwaspHtmlTemplateOutput(text));
    return text.toString()
        .codePoints()
        .map(c -> isAllowedInXml(c) ? c : 0xFFFD)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Characters of XML 1.0, section 2.2, but for the C1 controls. */
  private static boolean isAllowedInXml(int c) {
    return c == '\t'
        || c == '\n'
        || c == '\r'
        || (c >= 0x20 && c < 0x7F)
        || (c >= 0xA0 && c <= 0xD7FF)
        || (c >= 0xE000 && c <= 0xFFFD)
        || c >= 0x10000;
  }

  /** A letter-digit-hyphen name for use as an id, from any text. */
  static String id(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
  }
}
