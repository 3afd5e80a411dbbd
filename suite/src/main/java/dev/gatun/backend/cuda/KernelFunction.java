package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.gatun.backend.cuda.KernelSource.Parameter;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

/** A kernel on the device: its handle, and what it takes. */
final class KernelFunction {
  /** What a block may have without asking. */
  private static final int USUAL_SHARED_BYTES = 48 << 10;

  private final Kernel kernel;
  private final MemorySegment handle;
  private final Parameter[] parameters;
  private int sharedBytes = USUAL_SHARED_BYTES;

  KernelFunction(Kernel kernel, MemorySegment handle, List<Parameter> parameters) {
    this.kernel = kernel;
    this.handle = handle;
    this.parameters = parameters.toArray(Parameter[]::new);
  }

  MemorySegment handle() {
    return handle;
  }

  /** Lets blocks have so much dynamic shared memory. */
  void allowShared(int bytes) {
    if (bytes > sharedBytes) {
      CudaStatus.DRIVER.check(
          CudaDriver.cuFuncSetAttribute(
              handle, CudaDriver.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES(), bytes),
          "cuFuncSetAttribute",
          kernel,
          bytes + " bytes of shared memory");
      sharedBytes = bytes;
    }
  }

  /**
   * Writes arguments where the driver reads them: argument i at byte {@code stride·i}.
   *
   * @throws IllegalArgumentException if they do not fit the signature
   */
  void write(Object[] arguments, MemorySegment values, int stride) {
    if (arguments.length != parameters.length) {
      throw new IllegalArgumentException(
          "%s takes %s arguments %s, not %s"
              .formatted(kernel, parameters.length, List.of(parameters), arguments.length));
    }
    for (int i = 0; i < arguments.length; i++) {
      if (!write(parameters[i], arguments[i], values, (long) stride * i)) {
        throw new IllegalArgumentException(
            "%s: argument %s, %s, does not take %s"
                .formatted(kernel, i, parameters[i], described(arguments[i])));
      }
    }
  }

  /** Calls with each tensor that the kernel may write to. */
  void forEachWritten(Object[] arguments, Consumer<Tensor> consumer) {
    for (int i = 0; i < arguments.length; i++) {
      if (parameters[i].isWritten() && arguments[i] instanceof Tensor tensor) {
        consumer.accept(tensor);
      }
    }
  }

  private static boolean write(
      Parameter parameter, Object argument, MemorySegment values, long at) {
    switch (parameter.kind()) {
      case POINTER -> {
        if (argument instanceof Tensor tensor && fits(parameter, tensor)) {
          values.set(JAVA_LONG, at, tensor.memory().address());
          return true;
        }
        values.set(JAVA_LONG, at, 0);
        return argument == null;
      }
      case INT -> {
        if (argument instanceof Integer number) {
          values.set(JAVA_INT, at, number);
          return true;
        }
      }
      case LONG -> {
        if (argument instanceof Long number) {
          values.set(JAVA_LONG, at, number);
          return true;
        }
      }
      case FLOAT -> {
        if (argument instanceof Float number) {
          values.set(JAVA_FLOAT, at, number);
          return true;
        }
      }
      case DOUBLE -> {
        if (argument instanceof Double number) {
          values.set(JAVA_DOUBLE, at, number);
          return true;
        }
      }
    }
    return false;
  }

  private static boolean fits(Parameter parameter, Tensor tensor) {
    return !tensor.isOnHost()
        && (parameter.elements().isEmpty() || parameter.elements().get() == tensor.type());
  }

  private static String described(Object argument) {
    return argument instanceof Tensor tensor
        ? tensor + (tensor.isOnHost() ? " in host memory" : "")
        : argument == null ? "null" : argument.getClass().getSimpleName() + " " + argument;
  }
}
