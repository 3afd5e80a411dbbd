package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.io.Notes;
import dev.gatun.model.LayerVisitor;
import dev.gatun.safetensors.CheckpointWeights;
import dev.gatun.safetensors.HandmadeFile;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Damaged checkpoints of a fixed corpus are read or refused in one line; nothing else happens, and
 * memory stays in proportion to the files. {@code -Dgatun.fuzz.seconds} and {@code
 * -Dgatun.fuzz.cases} say how long and how many at least, {@code -Dgatun.fuzz.seed} with which
 * first seed; each case has the seed after the last one's.
 */
class CheckpointFuzzTest {
  private static final double SECONDS =
      Double.parseDouble(System.getProperty("gatun.fuzz.seconds", "3"));
  private static final long SEED = Long.getLong("gatun.fuzz.seed", 1);
  private static final List<String> FIXTURES = Fixture.GIVEN;

  /** What reading may allocate for each byte of the files, and for none. */
  private static final long BYTES_PER_BYTE = 64;

  private static final long BYTES_AT_LEAST = 64L << 20;

  /** However slow the machine. */
  private static final int LEAST_CASES = Integer.getInteger("gatun.fuzz.cases", 150);

  @TempDir Path folder;

  @Test
  void damagedCheckpointIsReadOrRefusedInOneLine() throws IOException {
    List<Map<String, byte[]>> corpus = corpus();
    long end = System.nanoTime() + (long) (SECONDS * 1e9);
    long seed = SEED;
    int refused = 0;
    try (Backend backend = CpuBackend.open(1)) {
      for (Map<String, byte[]> files : corpus) {
        assertTrue(isRead(backend, folder, files), "the corpus itself is refused");
      }
      while (System.nanoTime() < end || seed - SEED < LEAST_CASES) {
        Map<String, byte[]> files = damaged(corpus, seed);
        try {
          refused += isRead(backend, folder, files) ? 0 : 1;
        } catch (Throwable e) {
          throw new AssertionError(keep(files, seed), e);
        }
        seed++;
      }
    }
    System.out.printf(
        "torture: damaged checkpoints of seeds %d to %d, %d refused%n", SEED, seed - 1, refused);
    // Else the damage is none, or nothing but the damage is looked at.
    assertTrue(refused > (seed - SEED) / 4, refused + " refused of " + (seed - SEED));
    assertTrue(refused < seed - SEED, "all refused");
  }

  /** One file of a checkpoint is damaged, now and then two. */
  private static Map<String, byte[]> damaged(List<Map<String, byte[]>> corpus, long seed) {
    var random = new Random(seed);
    Map<String, byte[]> files = new TreeMap<>(corpus.get(random.nextInt(corpus.size())));
    List<String> names = new ArrayList<>(files.keySet());
    Collections.shuffle(names, random);
    for (String name : names.subList(0, random.nextInt(8) == 0 ? 2 : 1)) {
      files.put(name, new Mutator(random).damage(files.get(name)));
    }
    return files;
  }

  private static String keep(Map<String, byte[]> files, long seed) {
    Path kept = Path.of("target", "fuzz", "seed-" + seed);
    write(kept, files);
    return "seed %d (make fuzz FUZZ_SEED=%d), files in %s"
        .formatted(seed, seed, kept.toAbsolutePath());
  }

  private static void write(Path folder, Map<String, byte[]> files) {
    try {
      Files.createDirectories(folder);
      try (var old = Files.list(folder)) {
        for (Path file : old.toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.forEach((name, bytes) -> HandmadeFile.write(folder.resolve(name), bytes));
  }

  /** Whether it was read, not refused; anything else is thrown. */
  private static boolean isRead(Backend backend, Path folder, Map<String, byte[]> files) {
    write(folder, files);
    long size = files.values().stream().mapToLong(bytes -> bytes.length).sum();
    long before = allocated();
    backend.resetPeakMemory();
    boolean weights = succeeds(() -> readWeights(backend, folder));
    boolean model = succeeds(() -> readModel(backend, folder));
    long used = allocated() - before + backend.memoryUse().peakBytes();
    assertTrue(used <= BYTES_AT_LEAST + BYTES_PER_BYTE * size, used + " bytes for " + size);
    assertEquals(0, backend.memoryUse().bytes(), "bytes kept");
    return weights && model;
  }

  private static boolean succeeds(Runnable reading) {
    try {
      reading.run();
      return true;
    } catch (SafetensorsException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      assertTrue(e.getMessage().length() <= 1200, e.getMessage());
      return false;
    }
  }

  private static void readWeights(Backend backend, Path folder) {
    try (CheckpointWeights weights = CheckpointWeights.open(folder, new Notes());
        TensorScope scope = backend.newScope()) {
      for (String name : weights.names()) {
        if (weights.type(name).isReal()) {
          Tensor to = scope.zeros(backend.real(), weights.size(name));
          weights.readInto(name, backend, to);
        }
      }
    }
  }

  private static void readModel(Backend backend, Path folder) {
    try (StreamedBackbone backbone = StreamedBackbone.open(folder, backend);
        TensorScope scope = backend.newScope()) {
      int[] tokens = {0, backbone.config().vocabulary() - 1};
      int length = Math.min(2, backbone.config().contextLength());
      backbone.hiddenStates(scope, tokens, 2 / length, length, LayerVisitor.NONE);
      backbone.head().weights(scope);
    }
    Checkpoint.load(folder, backend).close();
  }

  private static long allocated() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }

  /** The fixtures, and each of them in two shards of half the precision. */
  private static List<Map<String, byte[]>> corpus() throws IOException {
    List<Map<String, byte[]>> corpus = new ArrayList<>();
    for (String name : FIXTURES) {
      Path fixture = Fixture.of(name).folder();
      Map<String, byte[]> whole = new TreeMap<>();
      whole.put("config.json", Files.readAllBytes(fixture.resolve("config.json")));
      whole.put("model.safetensors", Files.readAllBytes(fixture.resolve("model.safetensors")));
      corpus.add(whole);
      Map<String, byte[]> sharded =
          new TreeMap<>(Shards.of(fixture.resolve("model.safetensors"), Encoding.BF16));
      sharded.put("config.json", whole.get("config.json"));
      corpus.add(sharded);
    }
    return corpus;
  }
}
