package dev.gatun.results;

import dev.gatun.io.Ordered;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** A column of an Arrow table: its name, type, unit and meaning, and how a row fills it. */
sealed interface Column<R> {
  /** The unit of names, texts and flags. */
  String NO_UNIT = "none";

  String name();

  /** What it means, in words, for readers of the file. */
  String description();

  default String unit() {
    return NO_UNIT;
  }

  /** Whether a row may have none, which is stored as null. */
  default boolean optional() {
    return false;
  }

  default Field field() {
    ArrowType type =
        switch (this) {
          case Text<R> _ -> ArrowType.Utf8.INSTANCE;
          case Whole<R> _ -> new ArrowType.Int(64, true);
          case Number<R> _ -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
          case Flag<R> _ -> ArrowType.Bool.INSTANCE;
        };
    return new Field(
        name(), new FieldType(optional(), type, null, metadata(unit(), description())), null);
  }

  /** What every field of a file says of itself. */
  static Map<String, String> metadata(String unit, String description) {
    return Ordered.map(Map.entry("unit", unit), Map.entry("description", description));
  }

  /** UTF-8, never empty. In an optional column an empty text stands for none. */
  record Text<R>(String name, boolean optional, String description, Function<R, String> value)
      implements Column<R> {}

  /** Signed, 64 bits. */
  record Whole<R>(String name, String unit, String description, ToLongFunction<R> value)
      implements Column<R> {}

  /** Double precision. In an optional column NaN stands for none. */
  record Number<R>(
      String name, boolean optional, String unit, String description, ToDoubleFunction<R> value)
      implements Column<R> {}

  /** True or false. */
  record Flag<R>(String name, String description, Predicate<R> value) implements Column<R> {}
}
