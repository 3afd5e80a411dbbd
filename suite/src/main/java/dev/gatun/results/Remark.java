package dev.gatun.results;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sentence or two about evidence, which hold only if some checks came out in some way.
 *
 * @param text prose; {@code {check}} stands for what was measured with its interval, {@code
 *     {check:value}} for the number alone, {@code {check:null}} for its null, {@code
 *     {check:expected}} for its bounds
 * @param when checks, and how each must have come out; several ways are alternatives. Always by
 *     default
 */
public record Remark(String text, Map<String, List<Standing>> when) {
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\{([A-Za-z0-9_.-]+)(?::([a-z]+))?\\}");

  /** What of a check a text shows. */
  public enum Part {
    /** The measured value and its interval. */
    MEASURED,
    /** The measured value alone. */
    VALUE,
    /** What the null gives. */
    NULL,
    /** The bounds that reproduce. */
    EXPECTED;

    private static Part of(String name) {
      return switch (name) {
        case null -> MEASURED;
        case "value" -> VALUE;
        case "null" -> NULL;
        case "expected" -> EXPECTED;
        default ->
            throw new IllegalArgumentException(
                "a placeholder's part is value, null or expected, and not " + name);
      };
    }
  }

  /** Fills in the defaults; a placeholder that is none is an {@link IllegalArgumentException}. */
  public Remark {
    if (text == null || text.isBlank()) {
      throw new IllegalArgumentException("a remark lacks the key text");
    }
    when = when == null ? Map.of() : new LinkedHashMap<>(when);
    PLACEHOLDER.matcher(text).results().forEach(match -> Part.of(match.group(2)));
    if (PLACEHOLDER.matcher(text).replaceAll("").matches(".*[{}].*")) {
      throw new IllegalArgumentException(
          "a placeholder is {check}, {check:value}, {check:null} or {check:expected}, unlike one"
              + " in: "
              + text);
    }
  }

  /** Names of all checks that it depends on. */
  public Set<String> checks() {
    var names = new LinkedHashSet<>(when.keySet());
    PLACEHOLDER.matcher(text).results().forEach(match -> names.add(match.group(1)));
    return names;
  }

  /**
   * Whether it may be said: all conditions hold, and every check that it shows has a measurement.
   *
   * @param verdicts the verdict on a check by its name
   */
  public boolean holds(Function<String, Optional<Verdict>> verdicts) {
    return when.entrySet().stream()
            .allMatch(condition ->
                verdicts
                    .apply(condition.getKey())
                    .filter(v -> condition.getValue().stream().anyMatch(way -> way.of(v)))
                    .isPresent())
        && checks().stream()
            .allMatch(name ->
                verdicts.apply(name).filter(v -> Double.isFinite(v.measured())).isPresent());
  }

  /**
   * The text with all its placeholders replaced.
   *
   * @param shown what stands for a part of the check of this name
   */
  public String filled(BiFunction<String, Part, String> shown) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(match ->
            Matcher.quoteReplacement(shown.apply(match.group(1), Part.of(match.group(2)))));
  }
}
