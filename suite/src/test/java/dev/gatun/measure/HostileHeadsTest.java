package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.safetensors.SafetensorsFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Heads of all scales and ranks: each number is right within its error, or one line refuses it.
 * {@code -Dgatun.torture.rounds} says how often, each time with other heads.
 */
class HostileHeadsTest {
  private static final Path FIXTURE = Path.of("src", "test", "resources", "fixtures", "llama-tiny");
  private static final String HEAD = "lm_head.weight";
  private static final int SEQUENCES = 4;
  private static final int LENGTH = 17;
  private static final long SEED = Long.getLong("gatun.seed", 20261128L);
  private static final int ROUNDS = Integer.getInteger("gatun.torture.rounds", 1);
  private static final int WIDTH = 32;
  private static final int[] TOKENS =
      Randomness.of(SEED).generator().ints((long) SEQUENCES * LENGTH, 0, 60).toArray();

  private static final EnumMap<Rows, Integer> MEASURED = new EnumMap<>(Rows.class);

  private static Backend backend;

  @TempDir Path folder;
  private final SplittableRandom random = new SplittableRandom(SEED);

  /** What the rows of a head look like before they are scaled. */
  private enum Rows {
    NORMAL {
      @Override
      float at(int row, int column, float[] noise) {
        return noise[row * WIDTH + column];
      }
    },
    EQUAL {
      @Override
      float at(int row, int column, float[] noise) {
        return noise[column];
      }
    },
    NEARLY_EQUAL {
      @Override
      float at(int row, int column, float[] noise) {
        return noise[column] + 0x1p-10f * noise[row * WIDTH + column];
      }
    },
    RANK_ONE {
      @Override
      float at(int row, int column, float[] noise) {
        return Math.scalb(1f, row % 5) * noise[column];
      }
    },
    ONE_LARGE {
      @Override
      float at(int row, int column, float[] noise) {
        return noise[row * WIDTH + column] * (row == 7 ? 1e4f : 1);
      }
    },
    HALF_ZERO {
      @Override
      float at(int row, int column, float[] noise) {
        return row % 2 == 0 ? 0 : noise[row * WIDTH + column];
      }
    };

    abstract float at(int row, int column, float[] noise);
  }

  @BeforeAll
  static void open() {
    // Matrices this small are no work for two.
    backend = CpuBackend.open(1);
  }

  @AfterAll
  static void close() {
    backend.close();
    System.out.printf("torture: scales at which heads are right %s, seed %d%n", MEASURED, SEED);
  }

  /** A head's numbers, or the line that refuses it. */
  private record Outcome(Map<String, Metric> metrics, double[] hidden, String refusal) {}

  private Outcome measure(float[] head) throws IOException {
    Path model = Files.createDirectories(folder.resolve("model"));
    Files.write(model.resolve("config.json"), Files.readAllBytes(FIXTURE.resolve("config.json")));
    write(head, model.resolve("model.safetensors"));
    var builder = new EvidenceBuilder();
    var run = builder.begin("run", "measure", "arm", "measure", "cpu", SEED, "{}");
    try (TensorScope scope = backend.newScope();
        var meter =
            new CheckpointMeter(model, backend, Randomness.of(SEED), MeasureProgress.NONE)) {
      var batch = new TokenBatch("random", "", TOKENS, SEQUENCES, LENGTH);
      var measured = meter.measure(scope, batch, 0, run);
      Map<String, Metric> metrics =
          builder.build(Provenance.ofThisProcess()).metrics().stream()
              .collect(Collectors.toMap(Metric::name, metric -> metric));
      return new Outcome(metrics, backend.toDoubles(measured.hidden()), "");
    } catch (IllegalStateException | NullPointerException | IndexOutOfBoundsException e) {
      throw e; // is shown with a stack trace
    } catch (RuntimeException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      return new Outcome(Map.of(), new double[0], e.getMessage());
    }
  }

  /** The fixture with another head, whose weights come first in its file. */
  private static void write(float[] head, Path to) throws IOException {
    byte[] bytes = Files.readAllBytes(FIXTURE.resolve("model.safetensors"));
    var file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(file.getLong());
    file.position(Long.BYTES + header).asFloatBuffer().put(head);
    Files.deleteIfExists(to);
    Files.write(to, bytes);
  }

  private static int vocabulary() {
    try (var original = SafetensorsFile.open(FIXTURE.resolve("model.safetensors"))) {
      return original.doubles(HEAD).length / WIDTH;
    }
  }

  @ParameterizedTest
  @EnumSource(Rows.class)
  void everyScaleIsRightOrRefused(Rows rows) throws IOException {
    int measured = 0;
    for (int round = 0; round < ROUNDS; round++) {
      measured += measuredScales(rows);
    }
    MEASURED.put(rows, measured);
    assertTrue(measured >= 15 * ROUNDS, rows + ": only " + measured + " scales were measured");
  }

  /** The number of those that are not refused. */
  private int measuredScales(Rows rows) throws IOException {
    int vocabulary = vocabulary();
    float[] noise = new float[vocabulary * WIDTH];
    for (int i = 0; i < noise.length; i++) {
      noise[i] = (float) random.nextGaussian();
    }
    int measured = 0;
    for (int exponent = -42; exponent <= 36; exponent += 3) {
      float[] head = new float[noise.length];
      for (int i = 0; i < head.length; i++) {
        double scale = Math.pow(10, exponent);
        head[i] = (float) (scale * rows.at(i / WIDTH, i % WIDTH, noise));
      }
      Outcome outcome = measure(head);
      if (outcome.refusal.isEmpty()) {
        measured++;
        assertRight("%s·1e%s".formatted(rows, exponent), head, outcome);
      }
    }
    return measured;
  }

  private static void assertRight(String name, float[] head, Outcome outcome) {
    var exact = new ExactHead(head, WIDTH, outcome.hidden, TOKENS, LENGTH);
    Metric destroyed = outcome.metrics.get("destroyed_norm");
    String message = "%s, seed %s: %s".formatted(name, SEED, destroyed);
    assertTrue(destroyed.uncertainty() < 0.2, message);
    assertEquals(exact.destroyedNorm(), destroyed.value(), destroyed.uncertainty() + 1e-9, message);
    Metric loss = outcome.metrics.get("loss");
    double allowed = loss.uncertainty() + 1e-6 * (1 + exact.loss());
    assertEquals(exact.loss(), loss.value(), allowed, name + ", seed " + SEED);
    for (Metric metric : outcome.metrics.values()) {
      assertFalse(Double.isInfinite(metric.value()), name + ": " + metric);
      boolean ratio =
          metric.name().startsWith("worst_share") || metric.name().startsWith("best_share");
      assertFalse(Double.isNaN(metric.value()) && !ratio, name + ": " + metric);
    }
  }

  @Test
  void headsOfNoNumbersAreRefused() throws IOException {
    int size = vocabulary() * WIDTH;
    for (float filling : new float[] {0, Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE}) {
      float[] head = new float[size];
      Arrays.fill(head, filling);
      assertFalse(measure(head).refusal.isEmpty(), "a head of " + filling);
      head = new float[size];
      Arrays.fill(head, 0.5f);
      head[size / 2] = filling == 0 ? Float.NEGATIVE_INFINITY : filling;
      assertFalse(measure(head).refusal.isEmpty(), "a head with one " + filling);
    }
  }
}
