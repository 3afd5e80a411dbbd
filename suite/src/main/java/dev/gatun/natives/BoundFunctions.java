package dev.gatun.natives;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The native functions that a library's bindings name, read from the argument file that generated
 * them. A loader asks for each before any generated class is touched: a generated function that is
 * touched while its symbol is absent stays broken for the life of the JVM.
 */
public final class BoundFunctions {
  private static final String OPTION = "--include-function ";

  private static final int NAMES_IN_MESSAGE = 3;

  private BoundFunctions() {}

  /** The names bound for {@code library}, which is the name of its argument file. */
  public static List<String> of(String library) {
    var resource = "/dev/gatun/bindings/arguments/" + library + ".args";
    try (var stream = BoundFunctions.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException(resource + " is not on the class path");
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> line.startsWith(OPTION))
          .map(line -> line.substring(OPTION.length()).strip())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  /** Those of {@code names} that {@code symbols} lacks. */
  public static List<String> missing(List<String> names, SymbolLookup symbols) {
    return names.stream().filter(name -> symbols.find(name).isEmpty()).toList();
  }

  /** The first few of {@code names}, and how many more there are. */
  public static String abbreviated(List<String> names) {
    var shown = String.join(", ", names.subList(0, Math.min(NAMES_IN_MESSAGE, names.size())));
    int rest = names.size() - NAMES_IN_MESSAGE;
    return rest > 0 ? shown + " and " + rest + " more" : shown;
  }
}
