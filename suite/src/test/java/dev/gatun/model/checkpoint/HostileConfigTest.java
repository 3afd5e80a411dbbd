package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.safetensors.HandmadeFile;
import dev.gatun.safetensors.SafetensorsException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What config.json asks for is held against what the weights are before anything is allocated. */
class HostileConfigTest {
  private static final Pattern NUMBER = Pattern.compile("(?<=: )-?[0-9][0-9.e+-]*");
  private static final long ALLOWED_BYTES = 32L << 20;

  @TempDir Path folder;

  static Stream<String> fixtures() {
    return Fixture.GIVEN.stream();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void hugeNumberInAnyFieldCostsNoMemory(String name) throws IOException {
    Path fixture = Fixture.of(name).folder();
    Files.copy(fixture.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    String config = Files.readString(fixture.resolve("config.json"));
    List<MatchResult> numbers = NUMBER.matcher(config).results().toList();
    int refused = 0;
    try (Backend backend = CpuBackend.open(1)) {
      for (MatchResult number : numbers) {
        for (String huge : List.of("1000000000", "2147483647", "4294967296", "1e999", "-1")) {
          String damaged =
              config.substring(0, number.start()) + huge + config.substring(number.end());
          refused += loads(backend, damaged) ? 0 : 1;
        }
      }
    }
    // Ids of tokens, deviations of an initialisation and longest contexts may be anything.
    assertTrue(refused > 2 * numbers.size(), refused + " refused of " + 5 * numbers.size());
  }

  @Test
  void layersBeyondTheTensorsAreRefused() throws IOException {
    refused("gpt2-tiny", "\"n_layer\": 2", "\"n_layer\": 1000000000", "asks for 1000000000 layers");
  }

  @Test
  void vocabularyBeyondTheEmbeddingIsRefused() throws IOException {
    refused(
        "llama-tiny",
        "\"vocab_size\": 223",
        "\"vocab_size\": 1000000000",
        "'model.embed_tokens.weight' is [223, 32], but config.json asks for [1000000000, 32]");
  }

  @Test
  void widthsWhoseProductOverflowsAreRefused() throws IOException {
    refused("llama-tiny", "\"head_dim\": 8", "\"head_dim\": 2147483646", "config.json");
  }

  @Test
  void deeplyNestedConfigurationIsRefused() throws IOException {
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    refused("gpt2-tiny", "\"n_layer\": 2", "\"n_layer\": " + deep, "not JSON");
  }

  @Test
  void numberOfAThousandDigitsIsRefused() throws IOException {
    refused("gpt2-tiny", "\"n_layer\": 2", "\"n_layer\": " + "9".repeat(1000), "not JSON");
  }

  @Test
  void configurationOfManyMegabytesIsRefused() throws IOException {
    refused("gpt2-tiny", "{", "{" + " ".repeat(5 << 20), "larger than 4 MiB");
  }

  @Test
  void textThatIsNotUtf8IsRefused() throws IOException {
    Path config = folder.resolve("config.json");
    HandmadeFile.write(config, "{\"\u00ff\": 1}".getBytes(StandardCharsets.ISO_8859_1));
    SafetensorsException e =
        assertThrows(SafetensorsException.class, () -> Checkpoint.config(folder));
    assertTrue(e.getMessage().contains("not UTF-8"), e.getMessage());
  }

  @Test
  void integersInPlaceOfWeightsAreRefused() throws IOException {
    Path fixture = Fixture.of("llama-tiny").folder();
    Files.copy(fixture.resolve("config.json"), folder.resolve("config.json"));
    byte[] bytes = Files.readAllBytes(fixture.resolve("model.safetensors"));
    String text = new String(bytes, StandardCharsets.ISO_8859_1).replaceFirst("\"F32\"", "\"I32\"");
    HandmadeFile.write(
        folder.resolve("model.safetensors"), text.getBytes(StandardCharsets.ISO_8859_1));
    try (Backend backend = CpuBackend.open(1)) {
      SafetensorsException e =
          assertThrows(SafetensorsException.class, () -> Checkpoint.load(folder, backend));
      assertTrue(e.getMessage().contains("holds I32, not real numbers"), e.getMessage());
    }
  }

  private void refused(String fixture, String text, String replacement, String problem)
      throws IOException {
    Path original = Fixture.of(fixture).folder();
    Files.copy(original.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    String config = Files.readString(original.resolve("config.json"));
    assertTrue(config.contains(text), config);
    Files.writeString(folder.resolve("config.json"), config.replace(text, replacement));
    try (Backend backend = CpuBackend.open(1)) {
      for (boolean streamed : new boolean[] {true, false}) {
        SafetensorsException e =
            assertThrows(SafetensorsException.class, () -> open(backend, streamed));
        assertTrue(e.getMessage().contains(problem), e.getMessage());
        assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
        assertEquals(1, e.getMessage().lines().count());
      }
    }
  }

  private void open(Backend backend, boolean streamed) {
    if (streamed) {
      StreamedBackbone.open(folder, backend).close();
    } else {
      Checkpoint.load(folder, backend).close();
    }
  }

  private boolean loads(Backend backend, String config) throws IOException {
    Files.writeString(folder.resolve("config.json"), config);
    long before = allocated();
    backend.resetPeakMemory();
    List<String> problems = new ArrayList<>();
    for (boolean streamed : new boolean[] {true, false}) {
      try {
        open(backend, streamed);
      } catch (SafetensorsException e) {
        problems.add(e.getMessage());
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      }
    }
    assertTrue(problems.size() != 1, problems::toString);
    long used = allocated() - before + backend.memoryUse().peakBytes();
    assertTrue(used < ALLOWED_BYTES, used + " bytes for " + config);
    return problems.isEmpty();
  }

  private static long allocated() {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return threads.getCurrentThreadAllocatedBytes();
  }
}
