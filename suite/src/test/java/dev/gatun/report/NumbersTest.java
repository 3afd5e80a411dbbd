package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Locale;
import org.junit.jupiter.api.Test;

/** How numbers are written. */
class NumbersTest {
  @Test
  void fourDigitsWithoutAnInterval() {
    assertEquals("0.9843", Numbers.format(0.98425098));
    assertEquals("12.35", Numbers.format(12.3456));
    assertEquals("131,072", Numbers.format(131_072));
    assertEquals("−0.0041", Numbers.format(-0.00409));
    assertEquals("1.5 × 10⁻⁸", Numbers.format(1.5e-8));
    assertEquals("0", Numbers.format(0));
    assertEquals("–", Numbers.format(Double.NaN));
    assertEquals("∞", Numbers.format(Double.POSITIVE_INFINITY));
  }

  @Test
  void twoDigitsOfTheIntervalDecideTheDecimals() {
    assertEquals("0.98425", Numbers.format(0.984251, 0.00031));
    assertEquals("1.37", Numbers.format(1.3712, 0.1));
    assertEquals("[0.98412, 0.98443]", Numbers.interval(0.984120, 0.984430));
    assertEquals("[−0.000, 0.069]", Numbers.interval(-1.35e-5, 0.069), "just below zero");
    assertEquals("[1.2 × 10⁻⁵, 3.1 × 10⁻⁵]", Numbers.interval(1.2e-5, 3.1e-5));
  }

  @Test
  void statedNumbersKeepTheirDigits() {
    assertEquals("0.945", Numbers.stated(0.945));
    assertEquals("0.0167", Numbers.stated(0.0167));
    assertEquals("0.999999", Numbers.stated(0.999999));
    assertEquals("256", Numbers.stated(256));
  }

  @Test
  void theLocaleOfTheMachineChangesNothing() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      assertEquals("1,234.5", Numbers.format(1234.5, 1));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void durationsInTheUnitThatReadsBest() {
    assertEquals("850 ms", Numbers.seconds(0.85));
    assertEquals("12.4 s", Numbers.seconds(12.4));
    assertEquals("5 min 12 s", Numbers.seconds(312.4));
    assertEquals("2 h 05 min", Numbers.seconds(7500));
    assertEquals("–", Numbers.seconds(Double.NaN));
  }
}
