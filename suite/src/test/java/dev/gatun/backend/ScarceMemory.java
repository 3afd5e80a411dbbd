package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.OptionalLong;
import org.junit.jupiter.api.DynamicTest;

/** The oracle's memory, which refuses one scope or tensor and counts the scopes that are open. */
public final class ScarceMemory implements Parts.Memory {
  private final Parts.Memory memory = new ReferenceMemory();
  private final long refused;
  private long asked;
  private int open;

  private ScarceMemory(long refused) {
    this.refused = refused;
  }

  /** Makes something on a backend, uses it and closes it; the scope is for what it works on. */
  @FunctionalInterface
  public interface Use {
    void of(Backend backend, TensorScope scope) throws Exception;
  }

  /** Whichever scope or tensor is refused, a use ends with that failure and leaves nothing open. */
  public static DynamicTest leavesNothing(String what, Use use) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          var plenty = new ScarceMemory(0);
          plenty.run(use);
          plenty.assertNothingIsHeld("nothing was refused");
          assertTrue(plenty.asked > 1, "nothing was allocated");
          for (long refused = 1; refused <= plenty.asked; refused++) {
            var scarce = new ScarceMemory(refused);
            assertThrows(OutOfDeviceMemoryException.class, () -> scarce.run(use));
            scarce.assertNothingIsHeld("allocation " + refused + " of " + plenty.asked);
          }
        });
  }

  private void run(Use use) throws Exception {
    try (Backend backend = ReferenceBackend.open(this);
        TensorScope scope = backend.newScope()) {
      use.of(backend, scope);
    }
  }

  private void assertNothingIsHeld(String when) {
    assertEquals(0, open, () -> "scopes that are open: " + when);
    assertEquals(0, memoryUse().bytes(), () -> "bytes: " + when);
  }

  private void ask() {
    asked++;
    if (asked == refused) {
      throw new OutOfDeviceMemoryException("allocation " + refused + " is refused", null);
    }
  }

  @Override
  public TensorScope newScope() {
    ask();
    open++;
    TensorScope scope = memory.newScope();
    return new TensorScope() {
      @Override
      public Tensor zeros(ElementType type, long... extents) {
        ask();
        return scope.zeros(type, extents);
      }

      @Override
      public void close() {
        scope.close();
        open--;
      }
    };
  }

  @Override
  public MemoryUse memoryUse() {
    return memory.memoryUse();
  }

  @Override
  public OptionalLong freeMemoryBytes() {
    return memory.freeMemoryBytes();
  }

  @Override
  public void resetPeakMemory() {
    memory.resetPeakMemory();
  }
}
