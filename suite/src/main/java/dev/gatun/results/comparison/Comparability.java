package dev.gatun.results.comparison;

import dev.gatun.io.Json;
import dev.gatun.results.Run;
import dev.gatun.results.UnreadableResultsException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether two runs did the same work, but for what computed it. A configuration's {@code device},
 * {@code mathMode} and {@code libraries} say what computed; everything else in it must be equal.
 */
final class Comparability {
  private static final List<String> WHAT_COMPUTED = List.of("device", "mathMode", "libraries");
  private static final String SEED = "seed";
  private static final String CORPUS = "corpus";
  private static final int HASH_SHOWN = 12;

  private final Map<String, Map<String, String>> configurations = new LinkedHashMap<>();
  private final Map<Pair, Optional<String>> obstacles = new LinkedHashMap<>();

  /** The configurations of two runs. Every metric asks about the same few pairs. */
  private record Pair(String first, String other) {}

  /** What is not the same in two runs of an arm, seeds aside; empty if nothing. */
  Optional<String> obstacle(Run first, Run other) {
    if (!first.tier().equals(other.tier())) {
      return Optional.of("other tier: %s against %s".formatted(first.tier(), other.tier()));
    }
    return obstacles.computeIfAbsent(
        new Pair(first.configuration(), other.configuration()),
        _ -> difference(configuration(first), configuration(other)));
  }

  private static Optional<String> difference(Map<String, String> a, Map<String, String> b) {
    Set<String> keys = new TreeSet<>(a.keySet());
    keys.addAll(b.keySet());
    keys.removeIf(key -> a.getOrDefault(key, "").equals(b.getOrDefault(key, "")));
    // Another text explains more than another name of it.
    return keys.stream()
        .filter(key -> key.startsWith(CORPUS))
        .reduce((_, last) -> last)
        .or(() -> keys.stream().findFirst())
        .map(key -> difference(key, a.get(key), b.get(key)));
  }

  private static String difference(String key, String a, String b) {
    return "other %s: %s against %s"
        .formatted(key.startsWith(CORPUS) ? CORPUS : "configuration: " + key, shown(a), shown(b));
  }

  private static String shown(String value) {
    if (value == null) {
      return "nothing";
    }
    return value.matches("[0-9a-f]{64}") ? value.substring(0, HASH_SHOWN) + "…" : value;
  }

  private Map<String, String> configuration(Run run) {
    return configurations.computeIfAbsent(run.configuration(), _ -> read(run));
  }

  private static Map<String, String> read(Run run) {
    try {
      Map<String, String> values = Json.leaves(run.configuration());
      values.keySet().removeIf(Comparability::mayDiffer);
      return values;
    } catch (IllegalArgumentException e) {
      throw new UnreadableResultsException(
          "the configuration of run " + run.id() + " is not JSON; was the file edited?", e);
    }
  }

  private static boolean mayDiffer(String path) {
    List<String> keys = List.of(path.split("\\."));
    return WHAT_COMPUTED.contains(keys.getFirst()) || keys.contains(SEED);
  }
}
