package dev.gatun.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Native memory, or a handle of the system or of a library, from when it is taken until it is given
 * back. With {@code -Dgatun.leaks=true} the process knows all that it holds, so that a command that
 * leaves something behind can fail; otherwise nothing is kept.
 */
public final class Holding implements AutoCloseable {
  private static final boolean IS_WATCHED = Boolean.getBoolean("gatun.leaks");

  /** Rooms that take memory and handles for those that call them. */
  private static final List<String> TAKERS =
      List.of("dev.gatun.tensor.", "dev.gatun.backend.", "dev.gatun.safetensors.");

  private static final Set<Holding> HELD = ConcurrentHashMap.newKeySet();

  private final String text;

  private Holding(String text) {
    this.text = text;
  }

  /** Takes what such a phrase names, as "a CUDA stream". */
  public static Holding of(String what) {
    if (!IS_WATCHED) {
      return new Holding(what);
    }
    var holding = new Holding(what + ", taken at " + place());
    HELD.add(holding);
    return holding;
  }

  /** An arena that any thread may use; all that live longer than a call are made here. */
  public static Arena sharedArena() {
    Arena arena = Arena.ofShared();
    return IS_WATCHED ? new WatchedArena(arena, of("native memory")) : arena;
  }

  private static String place() {
    return StackWalker.getInstance()
        .walk(frames ->
            frames
                .map(StackWalker.StackFrame::toStackTraceElement)
                .filter(frame -> TAKERS.stream().noneMatch(frame.getClassName()::startsWith))
                .findFirst()
                .map(StackTraceElement::toString)
                .orElse("an unknown place"));
  }

  /** All that is held; empty if nothing is watched. */
  public static Set<Holding> now() {
    return Set.copyOf(HELD);
  }

  @Override
  public void close() {
    HELD.remove(this);
  }

  /** What it is, and where it was taken. */
  @Override
  public String toString() {
    return text;
  }

  private record WatchedArena(Arena arena, Holding holding) implements Arena {
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      return arena.allocate(byteSize, byteAlignment);
    }

    @Override
    public MemorySegment.Scope scope() {
      return arena.scope();
    }

    @Override
    public void close() {
      arena.close();
      holding.close();
    }
  }
}
