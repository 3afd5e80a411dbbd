package dev.gatun.results;

import dev.gatun.io.NearestName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.dataformat.toml.TomlMapper;

/**
 * What evidence is judged against: the claims of {@code results/expected/}, in its index's order.
 */
public record ExpectedValues(List<ExpectedClaim> claims) {
  private static final String INDEX = "index.txt";
  private static final Pattern NUMBER = Pattern.compile("\\d+");

  private static final TomlMapper TOML =
      TomlMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  /** Keeps a copy of the list. */
  public ExpectedValues {
    claims = List.copyOf(claims);
  }

  /**
   * Those that Gatun ships.
   *
   * @throws UnreadableResultsException if one is not well formed
   */
  public static ExpectedValues shipped() {
    List<ExpectedClaim> claims = new ArrayList<>();
    for (String name : resource(INDEX).lines().toList()) {
      claims.add(parse(name, resource(name)));
    }
    return new ExpectedValues(claims);
  }

  /**
   * One file, or every {@code .toml} file of a folder in the order of the names.
   *
   * @throws UnreadableResultsException naming the file, the key, and the nearest valid key
   */
  public static ExpectedValues load(Path path) {
    try {
      List<ExpectedClaim> claims = new ArrayList<>();
      for (Path file : tomlFiles(path)) {
        claims.add(parse(file.toString(), Files.readString(file)));
      }
      if (claims.isEmpty()) {
        throw new UnreadableResultsException("there are no expected values (*.toml) in " + path);
      }
      return new ExpectedValues(claims);
    } catch (IOException e) {
      throw new UnreadableResultsException(
          "cannot read expected values at " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * The values of one claim.
   *
   * @throws IllegalArgumentException naming the nearest claim there is
   */
  public ExpectedClaim of(String claim) {
    return claims.stream()
        .filter(c -> c.claim().equals(claim))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown claim %s; the nearest is %s"
                    .formatted(
                        claim,
                        NearestName.of(
                            claim, claims.stream().map(ExpectedClaim::claim).toList()))));
  }

  /** Those of some claims alone, in the order given. */
  public ExpectedValues only(Collection<String> names) {
    return new ExpectedValues(names.stream().map(this::of).toList());
  }

  private static List<Path> tomlFiles(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (var files = Files.list(path)) {
      return files
          .filter(f -> f.toString().endsWith(".toml"))
          .sorted(Comparator.comparing(ExpectedValues::ordered))
          .toList();
    }
  }

  /** A name under which A10 comes after A9. */
  private static String ordered(Path file) {
    return NUMBER
        .matcher(file.getFileName().toString())
        .replaceAll(number -> "%04d".formatted(Integer.parseInt(number.group())));
  }

  private static ExpectedClaim parse(String name, String text) {
    try {
      return TOML.readValue(text, ExpectedClaim.class);
    } catch (UnrecognizedPropertyException e) {
      var valid = e.getKnownPropertyIds().stream().map(Object::toString).toList();
      throw new UnreadableResultsException(
          "%s, %s: unknown key %s; the nearest is %s"
              .formatted(
                  name, place(e), e.getPropertyName(), NearestName.of(e.getPropertyName(), valid)),
          e);
    } catch (JacksonException e) {
      throw new UnreadableResultsException("%s, %s: %s".formatted(name, place(e), reason(e)), e);
    }
  }

  /** The line for what is not TOML; else the keys that lead there, since values have no lines. */
  private static String place(JacksonException e) {
    if (e.getLocation().getLineNr() > 0) {
      return "line " + e.getLocation().getLineNr();
    }
    String keys =
        e.getPath().stream()
            .map(part ->
                part.getPropertyName() == null
                    ? Integer.toString(part.getIndex() + 1)
                    : part.getPropertyName())
            .collect(Collectors.joining(" "));
    return keys.isEmpty() ? "top level" : keys;
  }

  private static String reason(JacksonException e) {
    if (e instanceof InvalidFormatException format && format.getTargetType().isEnum()) {
      var valid =
          Stream.of(format.getTargetType().getEnumConstants())
              .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
              .toList();
      String value = String.valueOf(format.getValue());
      return "unknown %s %s; the nearest is %s"
          .formatted(e.getPath().getLast().getPropertyName(), value, NearestName.of(value, valid));
    }
    if (e.getCause() instanceof IllegalArgumentException cause) {
      return cause.getMessage();
    }
    return e.getOriginalMessage().lines().findFirst().orElse("not TOML");
  }

  private static String resource(String name) {
    try (var stream = ExpectedValues.class.getResourceAsStream("expected/" + name)) {
      if (stream == null) {
        throw new IllegalStateException("the application lacks its resource expected/" + name);
      }
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource expected/" + name, e);
    }
  }
}
