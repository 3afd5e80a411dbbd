package dev.gatun.results;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where results come from: ordered entries, stored in the schema metadata of every Arrow file. The
 * keys that Gatun writes are the constants below; others may be added, as one per native library
 * under {@link #LIBRARY_PREFIX}.
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

  /** Worker threads on the host. */
  public static final String THREADS = "threads";

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

  /** What is known of the build and the machine: version, commit, JDK, system and processor. */
  public static Provenance ofThisProcess() {
    return new Provenance(BuildAndMachine.entries());
  }

  /** Keeps a copy of the entries, in their order. */
  public Provenance {
    entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
  }

  /** These entries without {@link #STARTED} and {@link #WALL_SECONDS}. */
  public Provenance withoutTimes() {
    var fewer = new LinkedHashMap<>(entries);
    fewer.remove(STARTED);
    fewer.remove(WALL_SECONDS);
    return new Provenance(fewer);
  }

  /** These entries and one more, or one replaced in its place. */
  public Provenance with(String key, String value) {
    var more = new LinkedHashMap<>(entries);
    more.put(key, value);
    return new Provenance(more);
  }
}
