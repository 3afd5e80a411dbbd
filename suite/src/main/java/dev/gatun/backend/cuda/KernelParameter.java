package dev.gatun.backend.cuda;

import dev.gatun.tensor.ElementType;
import java.util.Optional;

/**
 * A parameter of a kernel as its source declares it.
 *
 * @param elements what a pointer points to, if that is a type that tensors have
 */
record KernelParameter(String name, Kind kind, Optional<ElementType> elements) {
  /** How an argument is passed. */
  enum Kind {
    POINTER,
    INT,
    LONG,
    FLOAT,
    DOUBLE
  }

  /**
   * Reads a declaration such as {@code const float *__restrict__ x}.
   *
   * @throws IllegalArgumentException if it is of no type that kernels take
   */
  static KernelParameter parse(String declaration) {
    String text = declaration.replaceAll("\\b(const|__restrict__|__restrict)\\b", " ").strip();
    int last = Math.max(text.lastIndexOf('*'), text.lastIndexOf(' '));
    String name = text.substring(last + 1).strip();
    String type = text.substring(0, last + 1).replaceAll("\\s+", " ").strip();
    if (type.endsWith("*")) {
      return new KernelParameter(
          name, Kind.POINTER, elements(type.substring(0, type.length() - 1).strip()));
    }
    Kind kind =
        switch (type) {
          case "int" -> Kind.INT;
          case "long long" -> Kind.LONG;
          case "float" -> Kind.FLOAT;
          case "double" -> Kind.DOUBLE;
          default ->
              throw new IllegalArgumentException(
                  "a kernel takes pointers, int, long long, float and double, not '%s'"
                      .formatted(declaration.strip()));
        };
    return new KernelParameter(name, kind, Optional.empty());
  }

  private static Optional<ElementType> elements(String type) {
    return switch (type) {
      case "float", "float4", "float2" -> Optional.of(ElementType.F32);
      case "double", "double2" -> Optional.of(ElementType.F64);
      case "int" -> Optional.of(ElementType.I32);
      default -> Optional.empty();
    };
  }

  /** As in {@code float *x} or {@code long long n}. */
  @Override
  public String toString() {
    return switch (kind) {
      case POINTER -> elements.map(ElementType::toString).orElse("any") + " *" + name;
      case INT -> "int " + name;
      case LONG -> "long long " + name;
      case FLOAT -> "float " + name;
      case DOUBLE -> "double " + name;
    };
  }
}
