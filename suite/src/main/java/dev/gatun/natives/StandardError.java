package dev.gatun.natives;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;

/** The process's standard error, which the launcher leads elsewhere while Java starts. */
public final class StandardError {
  private static final int NUMBER = 2;

  private StandardError() {}

  /**
   * Leads it, for Java and for native code, to where another file descriptor leads.
   *
   * @throws IllegalStateException if that is not open
   */
  public static void leadTo(int descriptor) {
    var dup2 = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
    var symbols = Linker.nativeLinker().defaultLookup();
    if ((int) NativeCall.invoke(symbols, "dup2", dup2, descriptor, NUMBER) != NUMBER) {
      throw new IllegalStateException("the file descriptor %s is not open".formatted(descriptor));
    }
  }
}
