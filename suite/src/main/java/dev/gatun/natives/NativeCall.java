package dev.gatun.natives;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;

/**
 * A call of a function for which there is no binding, or of one before it is known to work: a
 * generated function that is touched while its symbol is absent stays broken.
 */
final class NativeCall {
  private NativeCall() {}

  /** Calls a function that is there; returns null if it is declared to return nothing. */
  @SuppressWarnings("restricted")
  static Object invoke(
      SymbolLookup symbols, String function, FunctionDescriptor descriptor, Object... arguments) {
    var handle = Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), descriptor);
    try {
      return handle.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(function + " failed", e);
    }
  }
}
