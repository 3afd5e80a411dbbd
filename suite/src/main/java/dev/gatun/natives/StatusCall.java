package dev.gatun.natives;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * Calls a function by its address: for questions to a library that the generated classes must not
 * be touched for yet.
 */
final class StatusCall {
  private StatusCall() {}

  /** Calls {@code int f(…)}; an argument is an Integer or a MemorySegment, for a pointer. */
  @SuppressWarnings("restricted")
  static int invoke(MemorySegment function, Object... arguments) {
    var layouts =
        Arrays.stream(arguments)
            .map(argument -> argument instanceof Integer ? JAVA_INT : ADDRESS)
            .toArray(MemoryLayout[]::new);
    try {
      return (int)
          Linker.nativeLinker()
              .downcallHandle(function, FunctionDescriptor.of(JAVA_INT, layouts))
              .invokeWithArguments(List.of(arguments));
    } catch (Throwable e) {
      throw new IllegalStateException("a native function could not be called", e);
    }
  }

  /** Calls {@code size_t f(void)}. */
  @SuppressWarnings("restricted")
  static long size(MemorySegment function) {
    var handle = Linker.nativeLinker().downcallHandle(function, FunctionDescriptor.of(JAVA_LONG));
    try {
      return (long) handle.invokeExact();
    } catch (Throwable e) {
      throw new IllegalStateException("a native function could not be called", e);
    }
  }
}
