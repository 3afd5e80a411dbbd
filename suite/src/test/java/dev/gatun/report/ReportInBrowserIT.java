package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report as a browser shows it: on a screen, on a phone, in the dark and on paper. */
class ReportInBrowserIT {
  /** Texts whose contrast to what is behind them is below 4.5 (WCAG 2, AA), with that contrast. */
  private static final String FAINT_TEXTS =
      """
      (() => {
        const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
        const light = (colour) => {
          const [r, g, b] = channels(colour).slice(0, 3)
              .map((c) => c / 255)
              .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const behind = (element) => {
          for (let e = element; e; e = e.parentElement) {
            const back = channels(getComputedStyle(e).backgroundColor);
            if (back.length < 4 || back[3] > 0) return getComputedStyle(e).backgroundColor;
          }
          return 'rgb(255, 255, 255)';
        };
        const faint = [];
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const element = texts.currentNode.parentElement;
          if (!texts.currentNode.data.trim() || element.closest('style')) continue;
          const style = getComputedStyle(element);
          const ink = element.closest('svg') ? style.fill : style.color;
          const [low, high] = [light(ink), light(behind(element))].sort((a, b) => a - b);
          const contrast = (high + 0.05) / (low + 0.05);
          if (contrast < 4.5 || style.opacity < 1) {
            faint.push(contrast.toFixed(2) + ' ' + texts.currentNode.data.trim());
          }
        }
        return faint.join('\\n');
      })()
      """;

  private static final String BROKEN_LINKS =
      """
      [...document.querySelectorAll('a[href^="#"]')]
          .map((a) => a.getAttribute('href').slice(1))
          .filter((id) => !document.getElementById(id)).join(' ')
      """;

  /** What makes the page wider than the window. */
  private static final String WIDE_ELEMENTS =
      """
      [...document.querySelectorAll('body *')]
          .filter((e) => !e.closest('.scroll') && !e.matches('.skip'))
          .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
          .map((e) => e.tagName + '.' + e.getAttribute('class')).slice(0, 9).join(' ')
      """;

  @Test
  void isReadableOnAnyScreenAndOnPaper(@TempDir Path folder) throws Exception {
    Path page = folder.resolve("report.html");
    Report.write(
        page, SyntheticReport.evidence(), SyntheticReport.verdicts(), SyntheticReport.expected());
    try (var browser = Chromium.orSkip(Files.createDirectory(folder.resolve("profile")))) {
      for (boolean dark : new boolean[] {false, true}) {
        for (int width : new int[] {1280, 500, 390}) {
          browser.open(page, width, dark);
          String where = width + " pixels, " + (dark ? "dark" : "light");
          browser.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))");
          assertEquals("", browser.evaluate(WIDE_ELEMENTS).asString(), where);
          assertTrue(
              browser.evaluate("document.documentElement.scrollWidth <= innerWidth").asBoolean(),
              where);
          assertEquals("", browser.evaluate(FAINT_TEXTS).asString(), where);
          assertEquals("", browser.evaluate(BROKEN_LINKS).asString(), where);
        }
      }
      browser.print();
      assertEquals("", browser.evaluate(FAINT_TEXTS).asString(), "printed");
      assertEquals(
          0,
          browser
              .evaluate(
                  "[...document.querySelectorAll('body *')].filter((e) =>"
                      + " getComputedStyle(e).breakBefore === 'page').length")
              .asInt(),
          "no page is left half empty");
      assertEquals(List.of(), browser.complaints());
    }
  }
}
