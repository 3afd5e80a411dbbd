package dev.gatun.natives.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;

/** Native functions made of method handles, for fake libraries; they live as long as the arena. */
final class FakeFunctions {
  /** What a function does with its arguments. */
  interface Body {
    Object apply(List<Object> arguments);
  }

  private final Arena arena;

  FakeFunctions(Arena arena) {
    this.arena = arena;
  }

  /** A function with no arguments that returns a text. */
  MemorySegment text(String text) {
    var address = arena.allocateFrom(text);
    return function(FunctionDescriptor.of(ADDRESS), arguments -> address);
  }

  /** A function with no arguments that returns a number. */
  MemorySegment answer(int number) {
    return function(FunctionDescriptor.of(JAVA_INT), arguments -> number);
  }

  @SuppressWarnings("restricted")
  MemorySegment function(FunctionDescriptor descriptor, Body body) {
    try {
      var type = descriptor.toMethodType();
      var handle =
          MethodHandles.lookup()
              .findStatic(
                  FakeFunctions.class,
                  "call",
                  MethodType.methodType(Object.class, Body.class, Object[].class))
              .bindTo(body)
              .asCollector(Object[].class, type.parameterCount())
              .asType(type);
      return Linker.nativeLinker().upcallStub(handle, descriptor, arena);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static Object call(Body body, Object[] arguments) {
    return body.apply(List.of(arguments));
  }
}
