package dev.gatun.tensor;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is opened while an object is made. If that fails, all of it is closed at once, the last
 * first; otherwise the object keeps it. Whoever makes the object does so in a try statement:
 *
 * <pre>{@code
 * try (var opened = new CloseStack()) {
 *   scope = opened.own(backend.newScope());
 *   weights = scope.zeros(backend.real(), vocabulary, width);
 *   opened.keep();
 * }
 * }</pre>
 */
public final class CloseStack implements AutoCloseable {
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  /** Takes a part, to be closed before all that are here already; returns it. */
  public <T extends AutoCloseable> T own(T part) {
    parts.push(part);
    return part;
  }

  /** Hands all parts over: closing this closes nothing any more, closing the result closes them. */
  public CloseStack keep() {
    var kept = new CloseStack();
    kept.parts.addAll(parts);
    parts.clear();
    return kept;
  }

  /** Closes all parts, and then throws the first failure, to which later ones are added. */
  @Override
  public void close() {
    RuntimeException first = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e instanceof RuntimeException failure ? failure : new IllegalStateException(e);
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
