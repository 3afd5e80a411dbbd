package dev.gatun.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.data.Randomness;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RunConfigTest {
  private static final String TEXT =
      """
      [model]
      vocabulary = 300
      width = 8
      layers = 1
      heads = 2
      context-length = 16

      [data]
      tokenizer = "bytes"

      [training]
      steps = 10
      batch = 2
      length = 16
      learning-rate = 1e-3
      seed = 1
      """;

  static Stream<Path> shipped() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("configs"))) {
      List<Path> all = files.sorted().toList();
      assertTrue(all.size() >= 3, "only " + all);
      return all.stream();
    }
  }

  @ParameterizedTest
  @MethodSource("shipped")
  void everyShippedConfigurationMakesAModel(Path file) {
    RunConfig config = RunConfig.load(file);
    Randomness weights = Randomness.of(config.training().seed());
    try (Backend backend = ReferenceBackend.open();
        LanguageModel model =
            LanguageModel.initialise(
                backend, config.model(), (name, out, d) -> weights.stream(name).gaussian(out, d))) {
      assertTrue(model.parameters().count() > 0);
    }
  }

  @Test
  void leftOutKeysHaveTheirDefaults() {
    RunConfig config = RunConfig.parse("x.toml", TEXT);
    assertEquals(32, config.model().mlpWidth());
    assertTrue(config.model().isTied());
    assertEquals(Double.POSITIVE_INFINITY, config.training().clipNorm());
    assertEquals(TrainingConfig.AdamWSettings.usual(), config.training().optimiser());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "learning-rate = | learning-rte = | x.toml, line 15: unknown key learning-rte;"
            + " the nearest is learning-rate",
        "[training] | [trainig] | x.toml, trainig: unknown key trainig; the nearest is training",
        "steps = 10 | steps = 1.5 | x.toml, line 12: steps is 1.5, but must be a whole number",
        "batch = 2 | batch = \"2\" | x.toml, line 13: batch is \"2\", but must be a whole",
        "batch = 2 | batch = 0 | x.toml, [training]: batch must be at least 1, not 0",
        "batch = 2 | batch = 9999999999 | line 13: batch is 9999999999, but must be a smaller",
        "heads = 2 | heads = 3 | x.toml, [model]: width 8 is not divisible by 3 heads",
        "\"bytes\" | \"byte\" | line 9: unknown tokenizer byte; the nearest is bytes",
        "width = 8 | `` | x.toml, [model]: there is no value for 'width'",
        "heads = 2 | `` | x.toml, [model]: there is no value for 'heads'",
        "tokenizer = \"bytes\" | kind = \"spamlang\"\\ncorpus = \"c\" | x.toml, [data]: 'corpus'"
            + " belongs to kind \"text\"",
        "width = 8 | width = 8\\nmlp-width = 1073741824 | [model]: 2 heads and 2 key-value heads of"
            + " width 4, or an MLP of width 1073741824, are too wide",
        "width = 8 | width = 8 8 | x.toml, line 3:",
        "width = 8 | head-width = 8 | 'head-width' belongs to family",
        "width = 8 | width = 8\\nhead = \"mixture\" | [model]: unknown head mixture; the nearest"
            + " is",
        "width = 8 | width = 8\\nhead = \"sigsoftmx\" | the nearest is sigsoftmax",
        "width = 8 | width = 8\\nhead-classes = 4 | 'head-classes' belongs to head"
            + " \"class-factored\"",
        "width = 8 | width = 8\\nhead = \"sigsoftmax\"\\noutput-bias = \"learned\" |"
            + " 'output-bias' belongs to head \"linear\"",
        "width = 8 | width = 8\\noutput-bias = \"lerned\" | 'lerned' is no output bias; there are"
            + " [none, learned, log-unigram]",
        "width = 8 | width = 8\\nhead = \"factorised\" | there is no value for 'head-rank'",
        "width = 8 | width = 8\\nhead = \"multiple-hidden\"\\ntied = true | a head of form"
            + " \"multiple-hidden\" cannot be tied",
        "width = 8 | width = 8\\nhead = \"class-factored\"\\nhead-classes = 7 | 7 head classes do"
            + " not divide the vocabulary of",
        "tokenizer = | corpus = 5\\ntokenizer = | x.toml, line 9: corpus is 5, but must be a text",
        "seed = 1 | seed = 1\\nclip-norm = \"1\" | line 17: clip-norm is \"1\", but must be a"
            + " number",
        "heads = 2 | heads = 2\\ntied = 1 | line 6: tied is 1, but must be true or false",
        "[model] | model = 3\\n[modell] | x.toml,",
        "context-length = 16 | context-length = 8 | sequences of 16 tokens do not fit the model's"
            + " context",
        "seed = 1 | seed = true | x.toml, line 16: seed is true, but must be a whole number",
        "seed = 1 | seed = 1\\nseed = 2 | x.toml, line 17",
      })
  void mistakeIsReportedInOneLineWithTheMend(String text, String replacement, String message) {
    assertTrue(TEXT.contains(text), text);
    String wrong = TEXT.replace(text, replacement.replace("\\n", "\n"));
    ConfigException e = assertThrows(ConfigException.class, () -> RunConfig.parse("x.toml", wrong));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  @Test
  void optimiserIsAChoice() {
    String sgd = TEXT + "optimiser = \"sgd\"\nmomentum = 0.8\nweight-decay = 0.01\n";
    assertEquals(
        new TrainingConfig.MomentumSgdSettings(0.8, 0.01, TrainingConfig.WeightDecayOn.MATRICES),
        RunConfig.parse("x.toml", sgd).training().optimiser());
    ConfigException e =
        assertThrows(ConfigException.class, () -> RunConfig.parse("x.toml", sgd + "beta1 = 0.9\n"));
    assertEquals("x.toml, [training]: 'beta1' belongs to optimiser \"adamw\"", e.getMessage());
  }

  @Test
  void headIsOneOptionAway() {
    Map<String, HeadForm> heads =
        Map.of(
            "head = \"linear\"\ntied = false", new HeadForm.Linear(false),
            "output-bias = \"learned\"", new HeadForm.Linear(true, OutputBias.LEARNED),
            "output-bias = \"log-unigram\"\ntied = false",
                new HeadForm.Linear(false, OutputBias.LOG_UNIGRAM),
            "head-rank = 3", new HeadForm.Factorised(3),
            "head = \"sigsoftmax\"", new HeadForm.Sigsoftmax(true),
            "head = \"mixture-of-softmaxes\"", new HeadForm.MixtureOfSoftmaxes(4),
            "head = \"multiple-hidden\"\nhead-vectors = 2", new HeadForm.MultipleHidden(2),
            "head = \"class-factored\"", new HeadForm.ClassFactored(15));
    heads.forEach((keys, head) -> {
      RunConfig config = RunConfig.parse("x.toml", TEXT.replace("width = 8", "width = 8\n" + keys));
      assertEquals(head, config.model().head(), keys);
    });
  }

  @Test
  void missingFileIsNamed() {
    ConfigException e =
        assertThrows(ConfigException.class, () -> RunConfig.load(Path.of("none.toml")));
    assertEquals("there is no configuration file none.toml", e.getMessage());
  }

  @Test
  void identityChangesWithWhatDecidesTheResultAndNotWithIntervals() {
    RunIdentity identity = RunConfig.parse("x.toml", TEXT).identity("abc");
    RunIdentity watched =
        RunConfig.parse("x.toml", TEXT + "checkpoint-interval = 3\n").identity("abc");
    RunIdentity faster = RunConfig.parse("x.toml", TEXT.replace("1e-3", "2e-3")).identity("abc");
    assertEquals(identity.hash(), watched.hash());
    RunIdentity biased =
        RunConfig.parse("x.toml", TEXT.replace("width = 8", "width = 8\noutput-bias = \"learned\""))
            .identity("abc");
    assertEquals(
        "model.head.bias is LEARNED here, but NONE there",
        biased.firstDifference(identity).orElseThrow());
    assertNotEquals(identity.hash(), faster.hash());
    assertNotEquals(identity.hash(), RunConfig.parse("x.toml", TEXT).identity("abd").hash());
    assertEquals(
        "training.schedule.peak is 0.002 here, but 0.001 there",
        faster.firstDifference(identity).orElseThrow());
  }
}
