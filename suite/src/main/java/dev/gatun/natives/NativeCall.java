package dev.gatun.natives;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.Arrays;

/**
 * A call of a function for which there is no binding, or of one before it is known to work: a
 * generated function that is touched while its symbol is absent stays broken.
 */
public final class NativeCall {
  private NativeCall() {}

  /** Calls a function that is there; returns null if it is declared to return nothing. */
  public static Object invoke(
      SymbolLookup symbols, String function, FunctionDescriptor descriptor, Object... arguments) {
    return call(function, symbols.findOrThrow(function), descriptor, arguments);
  }

  /** Calls {@code int f(…)}; an argument is an Integer or a MemorySegment, for a pointer. */
  public static int status(MemorySegment function, Object... arguments) {
    var layouts =
        Arrays.stream(arguments)
            .map(argument -> argument instanceof Integer ? JAVA_INT : ADDRESS)
            .toArray(MemoryLayout[]::new);
    return (int)
        call("a native function", function, FunctionDescriptor.of(JAVA_INT, layouts), arguments);
  }

  /** Calls {@code size_t f(void)}. */
  public static long size(MemorySegment function) {
    return (long) call("a native function", function, FunctionDescriptor.of(JAVA_LONG));
  }

  @SuppressWarnings("restricted")
  private static Object call(
      String name, MemorySegment function, FunctionDescriptor descriptor, Object... arguments) {
    var handle = Linker.nativeLinker().downcallHandle(function, descriptor);
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name + " failed", e);
    }
  }

  /** The C string that {@code pointer} points to, empty for a null pointer. */
  @SuppressWarnings("restricted")
  public static String string(MemorySegment pointer) {
    return pointer.equals(MemorySegment.NULL)
        ? ""
        : pointer.reinterpret(Long.MAX_VALUE).getString(0);
  }

  /** The C string whose address is stored at {@code cell}, empty for a null pointer. */
  public static String stringAt(MemorySegment cell) {
    return string(cell.get(ADDRESS, 0));
  }
}
