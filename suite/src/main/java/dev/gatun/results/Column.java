package dev.gatun.results;

import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** A column of an Arrow table: its name, its type, and how a row fills it. */
sealed interface Column<R> {
  /** Name in the file. */
  String name();

  /** Arrow's description of it. */
  default Field field() {
    ArrowType type =
        switch (this) {
          case Text<R> _ -> ArrowType.Utf8.INSTANCE;
          case Whole<R> _ -> new ArrowType.Int(64, true);
          case Number<R> _ -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
          case Flag<R> _ -> ArrowType.Bool.INSTANCE;
        };
    boolean nullable = this instanceof Number<R> number && number.optional();
    return new Field(name(), new FieldType(nullable, type, null), null);
  }

  /** UTF-8. */
  record Text<R>(String name, Function<R, String> value) implements Column<R> {}

  /** Signed, 64 bits. */
  record Whole<R>(String name, ToLongFunction<R> value) implements Column<R> {}

  /** Double precision. In an optional column NaN stands for none and is stored as null. */
  record Number<R>(String name, boolean optional, ToDoubleFunction<R> value) implements Column<R> {}

  /** True or false. */
  record Flag<R>(String name, Predicate<R> value) implements Column<R> {}
}
