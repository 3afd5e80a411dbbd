package dev.gatun.results;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where results come from, as ordered entries. Those that decide the numbers are stored in the
 * schema metadata of every Arrow file; those that differ between equal runs, {@link #ofTheRun}, in
 * {@code run.json}. The keys that Gatun writes are the constants below; others may be added, as one
 * per native library under {@link #LIBRARY_PREFIX}.
 */
public record Provenance(Map<String, String> entries) {
  /** Version of Gatun. */
  public static final String GATUN_VERSION = "gatun.version";

  /** Commit of the sources, or {@code unknown} for a build outside a git checkout. */
  public static final String GIT_COMMIT = "git.commit";

  /** {@code true} if the sources differed from the commit, {@code false}, or {@code unknown}. */
  public static final String GIT_DIRTY = "git.dirty";

  /** Version and vendor of the JDK. */
  public static final String JDK = "jdk";

  /** Operating system, its version and architecture. */
  public static final String OS = "os";

  /** The processor's own name. */
  public static final String CPU = "cpu";

  /** Name of the device that computed. */
  public static final String DEVICE = "device";

  /** Core type as the BLAS library sees it. */
  public static final String CORE_TYPE = "blas.core";

  /** Prefix of an entry per library. */
  public static final String LIBRARY_PREFIX = "library.";

  /** How many bits a vector of the processor has. */
  public static final String VECTOR_WIDTH = LIBRARY_PREFIX + "vector width";

  /** Prefix of what holds for one claim alone, as in {@code claim.C2.git.commit}. */
  public static final String CLAIM_PREFIX = "claim.";

  /** Value of an entry that there is not. */
  public static final String UNKNOWN = "unknown";

  /** Name of the machine. */
  public static final String HOST = "host";

  /** Prefix of an entry per noteworthy thing that happened on the device. */
  public static final String EVENT_PREFIX = "event.";

  /** Worker threads on the host. */
  public static final String THREADS = "threads";

  /** Training runs that went on at once. */
  public static final String JOBS = "jobs";

  /** {@code f32}, {@code tf32}, {@code bf16} or {@code f64}. */
  public static final String MATH_MODE = "math.mode";

  /** Seed of all randomness. */
  public static final String SEED = "seed";

  /** SHA-256 of the configuration. */
  public static final String CONFIGURATION_HASH = "configuration.sha256";

  /** SHA-256 of the corpus. */
  public static final String CORPUS_HASH = "corpus.sha256";

  /** When the work began, ISO 8601 in UTC. */
  public static final String STARTED = "started";

  /** Seconds of the whole work. */
  public static final String WALL_SECONDS = "wall.seconds";

  /** Seconds that the whole work was said to take before it began, where it was estimated. */
  public static final String ESTIMATED_SECONDS = "estimated.seconds";

  /** What happened to the files since the run wrote them; nothing, usually. */
  public static final String HISTORY = "history";

  /** What may differ between two runs of equal bytes. */
  private static final List<String> OF_THE_RUN =
      List.of(OS, HOST, THREADS, JOBS, STARTED, ESTIMATED_SECONDS, WALL_SECONDS, HISTORY);

  /** What is known of the build and the machine: version, commit, JDK, processor, system, name. */
  public static Provenance ofThisProcess() {
    return new Provenance(BuildAndMachine.entries());
  }

  /** Keeps a copy of the entries in their order, those of the run behind all others. */
  public Provenance {
    var ordered = new LinkedHashMap<String, String>();
    var ofTheRun = new LinkedHashMap<String, String>();
    entries.forEach((key, value) -> (isOfTheRun(key) ? ofTheRun : ordered).put(key, value));
    ordered.putAll(ofTheRun);
    entries = Collections.unmodifiableMap(ordered);
  }

  /** The entries that decide the numbers: equal runs have equal ones. */
  public Provenance ofTheNumbers() {
    var some = new LinkedHashMap<>(entries);
    some.keySet().removeIf(Provenance::isOfTheRun);
    return new Provenance(some);
  }

  /** The entries that decide no number and may differ between equal runs. */
  public Provenance ofTheRun() {
    var some = new LinkedHashMap<>(entries);
    some.keySet().removeIf(key -> !isOfTheRun(key));
    return new Provenance(some);
  }

  private static boolean isOfTheRun(String key) {
    String plain = plain(key);
    return OF_THE_RUN.contains(plain) || plain.startsWith(EVENT_PREFIX);
  }

  /** The key without the claim that it may be of. */
  private static String plain(String key) {
    return key.startsWith(CLAIM_PREFIX)
        ? key.substring(key.indexOf('.', CLAIM_PREFIX.length()) + 1)
        : key;
  }

  /** The keys of the entries, those of claims without the claim. */
  public List<String> keys() {
    return entries.keySet().stream().map(Provenance::plain).distinct().toList();
  }

  /**
   * The provenance of evidence that was measured claim by claim. What all claims have in common
   * stands there once, and the rest once for each claim. The keys are in alphabetical order, so
   * that nothing depends on which claim came first.
   *
   * @param byClaim in the order of the claims; one at least
   */
  static Provenance joined(Map<String, Provenance> byClaim) {
    var common = new TreeMap<>(byClaim.values().iterator().next().entries);
    byClaim.values().forEach(one -> common.entrySet().retainAll(one.entries.entrySet()));
    var all = new LinkedHashMap<String, String>(common);
    byClaim.forEach((claim, one) ->
        new TreeMap<>(one.entries)
            .forEach((key, value) -> {
              if (!common.containsKey(key)) {
                all.put(CLAIM_PREFIX + claim + "." + key, value);
              }
            }));
    return new Provenance(all);
  }

  /** What the evidence of one claim has: what all claims have in common, and its own. */
  public Provenance ofClaim(String claim) {
    String prefix = CLAIM_PREFIX + claim + ".";
    var own = new LinkedHashMap<String, String>();
    entries.forEach((key, value) -> {
      if (key.startsWith(prefix)) {
        own.put(plain(key), value);
      } else if (!key.startsWith(CLAIM_PREFIX)) {
        own.put(key, value);
      }
    });
    return new Provenance(own);
  }

  /** The value of an entry, or the different values that the claims have; none if there is none. */
  public List<String> values(String key) {
    return entries.entrySet().stream()
        .filter(entry -> plain(entry.getKey()).equals(key))
        .map(Map.Entry::getValue)
        .distinct()
        .toList();
  }

  /** The values of an entry in one line, or {@link #UNKNOWN}. */
  public String entry(String key) {
    List<String> values = values(key);
    return values.isEmpty() ? UNKNOWN : String.join(", ", values);
  }

  /** These entries and one more, or one replaced in its place. */
  public Provenance with(String key, String value) {
    var more = new LinkedHashMap<>(entries);
    more.put(key, value);
    return new Provenance(more);
  }

  /** These entries without one. */
  Provenance without(String key) {
    var fewer = new LinkedHashMap<>(entries);
    fewer.remove(key);
    return new Provenance(fewer);
  }

  /** These entries and others, which replace those of the same keys. */
  Provenance with(Provenance others) {
    var more = new LinkedHashMap<>(entries);
    more.putAll(others.entries);
    return new Provenance(more);
  }
}
