package dev.gatun.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseStackTest {
  private final List<String> closed = new ArrayList<>();

  private CloseStack stack(String... parts) {
    var stack = new CloseStack();
    for (String part : parts) {
      stack.own(() -> closed.add(part));
    }
    return stack;
  }

  @Test
  void theLastIsClosedFirstAndEachOnce() {
    CloseStack stack = stack("first", "second");
    stack.close();
    stack.close();
    assertEquals(List.of("second", "first"), closed);
  }

  @Test
  void whatIsKeptIsClosedByTheResultInTheSameOrder() {
    CloseStack stack = stack("first", "second");
    CloseStack kept = stack.keep();
    stack.close();
    assertEquals(List.of(), closed);
    kept.close();
    assertEquals(List.of("second", "first"), closed);
  }

  @Test
  void aFailureIsToldOnceAllAreClosed() {
    var stack = stack("first");
    var early = new IllegalStateException("early");
    var late = new IOException("late");
    stack.own(() -> {
      throw late;
    });
    stack.own(() -> closed.add("second"));
    stack.own(() -> {
      throw early;
    });
    assertSame(early, assertThrows(IllegalStateException.class, stack::close));
    assertArrayEquals(new Throwable[] {late}, early.getSuppressed());
    assertEquals(List.of("second", "first"), closed);
  }

  @Test
  void whatAConstructorHasOpenedIsClosedIfItFails() {
    var failure = new IllegalArgumentException("refused");
    assertSame(
        failure,
        assertThrows(
            IllegalArgumentException.class,
            () -> {
              try (var opened = stack("first")) {
                opened.own(() -> closed.add("second"));
                throw failure;
              }
            }));
    assertEquals(List.of("second", "first"), closed);
  }
}
