package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.data.SmallText;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.results.CurvePoint;
import dev.gatun.results.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code gatun train} with every output bias, on a text whose bytes are far from even. */
class OutputBiasIT {
  private static final int SEED = 5;

  @TempDir Path folder;
  private Path text;

  @BeforeEach
  void writeText() throws IOException {
    text = Files.writeString(folder.resolve("corpus.txt"), SmallText.lines(400));
  }

  private CommandRun train(OutputBias bias, String kind) throws IOException {
    Path config = folder.resolve(bias.label() + ".toml");
    Files.writeString(
        config,
        """
        [model]
        family = "gpt2"
        vocabulary = 256
        width = 16
        layers = 1
        heads = 2
        context-length = 32
        tied = false
        output-bias = "%s"
        [data]
        %s
        [training]
        steps = 30
        batch = 16
        length = 32
        learning-rate = 3e-3
        seed = %s
        """
            .formatted(bias.label(), kind, SEED));
    return CommandRun.of("train", "--config", config, "--out", folder.resolve(bias.label()));
  }

  private String ofText() {
    return "corpus = \"%s\"\ntokenizer = \"bytes\"".formatted(text);
  }

  @ParameterizedTest
  @EnumSource(OutputBias.class)
  void lossFallsFromWhereTheBiasPutsIt(OutputBias bias) throws IOException {
    CommandRun run = train(bias, ofText());
    assertEquals(0, run.code(), run.err());
    List<CurvePoint> curve = new TrainingCurve(folder.resolve(bias.label())).points();
    double first = curve.getFirst().loss();
    double start =
        switch (bias) {
          case NONE, LEARNED -> Math.log(256);
          case LOG_UNIGRAM -> entropyOfBytes();
        };
    // The head's weights are small, and 512 targets are a sample.
    assertEquals(start, first, 0.1, "seed " + SEED);
    assertTrue(curve.getLast().loss() < first - 0.1, curve.toString());
  }

  private double entropyOfBytes() throws IOException {
    byte[] bytes = Files.readAllBytes(text);
    var counts =
        IntStream.range(0, bytes.length)
            .mapToObj(i -> bytes[i])
            .collect(Collectors.groupingBy(b -> b, Collectors.counting()));
    return counts.values().stream()
        .mapToDouble(count -> (double) count / bytes.length)
        .map(share -> -share * Math.log(share))
        .sum();
  }

  @Test
  void logUnigramOfNoTextIsRefusedInOneLine() throws IOException {
    CommandRun run = train(OutputBias.LOG_UNIGRAM, "kind = \"spamlang\"");
    assertEquals(Gatun.USER_ERROR, run.code());
    assertEquals(1, run.err().lines().count(), run.err());
    assertTrue(run.err().contains("is taken from a text"), run.err());
  }
}
