package dev.gatun.claims;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.gatun.Python;
import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.claims.bottleneck.BottleneckPlan;
import dev.gatun.claims.bottleneck.BottleneckSetting;
import dev.gatun.claims.frozen.B5RankConstrainedHead;
import dev.gatun.claims.frozen.FrozenExperiment;
import dev.gatun.claims.heads.HeadVariantSetting;
import dev.gatun.claims.heads.QuickHeads;
import dev.gatun.claims.spamlang.SpamLangPlan;
import dev.gatun.claims.spamlang.SpamLangSetting;
import dev.gatun.data.BatchSource;
import dev.gatun.data.BytePairs;
import dev.gatun.data.ByteTokenizer;
import dev.gatun.data.Corpus;
import dev.gatun.data.CorpusChoice;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.SpamLang;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.ClaimContext;
import dev.gatun.experiment.PlannedRun;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.Twin;
import dev.gatun.experiment.Twin.Numbers;
import dev.gatun.experiment.Twins;
import dev.gatun.results.CurveName;
import dev.gatun.results.Evidence;
import dev.gatun.tensor.Batch;
import dev.gatun.train.LearningRateSchedule;
import dev.gatun.train.LearningRateSchedule.Form;
import dev.gatun.train.TrainingConfig.AdamWSettings;
import dev.gatun.train.TrainingConfig.WeightDecayOn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run of A1, A6, C1 and B5 is trained again by PyTorch, from the same initial weights on the same
 * tokens, and what comes out agrees as {@code results/twins.toml} says. With {@code
 * -Dgatun.twins=store} the agreement is stored there.
 */
@TestInstance(Lifecycle.PER_CLASS)
class TwinIT {
  private static final int VOCABULARY = 1024;

  /** Stands for the full head among ranks. */
  private static final int FULL = 0;

  @TempDir Path folder;
  private Python python;
  private Corpus text;
  private TokenizedCorpus corpus;

  @BeforeAll
  void findPythonAndReadTheText() {
    python = Twin.python();
    text = CorpusChoice.code().read(_ -> {});
    corpus = TokenizedCorpus.of(text, new BytePairs(text).tokenizer(VOCABULARY));
  }

  @Test
  void a1DestroysAsMuchOfTheGradientAndATwinThatTrainsOtherwiseIsFound() {
    BottleneckSetting setting =
        named(Twins.stored().of("A1").run(), BottleneckPlan.quick(Seeds.from(1)).settings());
    Randomness randomness = Randomness.of(setting.seed());
    Batch contexts =
        new RandomWindows(
                corpus.validation(),
                setting.windows(),
                setting.length(),
                randomness.stream("measured contexts"))
            .batch(0);
    var at = setting.checkpoints().stream().map(Integer::longValue).toList();
    var twin = new Twin(folder.resolve("a1"));
    Numbers here = train(twin, setting, windows(corpus, setting), contexts, at);
    assertAgree("A1", here, twin);
    assertFound("A1", here, twin, "beta2", 0.99);
    assertFound("A1", here, twin, "clip_norm", 100.0);
    assertFound("A1", here, twin, "weight_decay", 0.0);
  }

  @Test
  void a6LearnsAsManySymbols() {
    SpamLangSetting setting =
        named(Twins.stored().of("A6").run(), SpamLangPlan.quick(Seeds.from(1)).settings());
    var language =
        new SpamLang(
            setting.model().vocabulary(),
            setting.batch(),
            setting.length(),
            Randomness.of(setting.seed()).stream("batches"));
    int[] symbols = IntStream.range(0, setting.model().vocabulary()).toArray();
    var twin = new Twin(folder.resolve("a6"));
    Numbers here =
        train(
            twin,
            setting,
            language,
            new Batch(symbols, symbols, symbols.length, 1),
            List.of(0L, setting.steps()));
    assertAgree("A6", here, twin);
  }

  @Test
  void c1TrainsAsWellThroughALimitedBackwardPassAndAnExactOneIsFound() {
    HeadVariantSetting setting = QuickHeads.limitedBackward();
    assertEquals(Twins.stored().of("C1").run(), setting.id());
    TokenizedCorpus bytes = TokenizedCorpus.of(text, new ByteTokenizer());
    Batch heldOut =
        new RandomWindows(
                bytes.validation(),
                128,
                setting.length(),
                Randomness.of(setting.seed()).stream("held-out windows"))
            .batch(0);
    var twin = new Twin(folder.resolve("c1"));
    var at = List.of(0L, 150L, 300L, 450L, 600L);
    Numbers here = train(twin, setting, windows(bytes, setting), heldOut, at);
    assertAgree("C1", here, twin);
    assertFound("C1", here, twin, "backward_rank", setting.model().width());
  }

  @Test
  void b5LosesAsMuchAtEveryRank() throws IOException {
    PlannedRun<?> run =
        new B5RankConstrainedHead(new FrozenExperiment())
            .trainings(Tier.QUICK, Seeds.from(1)).stream()
                .filter(planned -> planned.setting().id().equals(Twins.stored().of("B5").run()))
                .findFirst()
                .orElseThrow();
    var twin = new Twin(folder.resolve("b5"));
    Evidence evidence = trainHeads(run, twin.folder());
    List<Integer> ranks = List.of(FULL, 2, 4, 8, 16, 32);
    Map<String, List<Double>> here = new LinkedHashMap<>();
    for (String name : List.of("loss", "accuracy")) {
      here.put(name, ranks.stream().map(r -> value(evidence, name, r)).toList());
    }
    Map<Integer, Double> peaks = new LinkedHashMap<>();
    ranks.forEach(rank -> peaks.put(rank, value(evidence, "learning_rate", rank)));
    long steps = 192;
    twin.tell("peaks", peaks);
    twin.tell(new LearningRateSchedule(Form.COSINE, 0, Math.round(0.05 * steps), steps, 0.1));
    twin.tell(new AdamWSettings(0.9, 0.95, 1e-8, 0, WeightDecayOn.MATRICES));
    twin.tell("clip_norm", Double.MAX_VALUE);
    Randomness randomness = Randomness.of(run.setting().seed());
    twin.writeTokens(List.of(), heldOut(run.setting(), randomness));
    assertAgree("B5", new Numbers(Map.of(), here), twin);
    assertFound("B5", new Numbers(Map.of(), here), twin, "beta2", 0.99);
  }

  /** Runs it, and copies its backbone and its hidden states while they are there. */
  private Evidence trainHeads(PlannedRun<?> run, Path to) throws IOException {
    Files.createDirectories(to);
    Path output = folder.resolve("frozen");
    Path work = output.resolve("unfinished/frozen/" + run.setting().id() + "/work");
    Path states = to.resolve("hidden-states.arrow");
    try (Backend backend = CpuBackend.open(1)) {
      var context =
          new ClaimContext(
              backend,
              Tier.QUICK,
              Seeds.from(run.setting().seed()),
              () -> text,
              _ -> {
                if (Files.exists(work.resolve("hidden-states.arrow")) && !Files.exists(states)) {
                  copy(work.resolve("hidden-states.arrow"), states);
                  for (String file : List.of("config.json", "model.safetensors")) {
                    copy(work.resolve("backbone").resolve(file), to.resolve(file));
                  }
                }
              },
              output);
      return evidence(run, context);
    }
  }

  private static <S extends RunSetting> Evidence evidence(PlannedRun<S> run, ClaimContext context) {
    return run.sweep().run(context, "B5", List.of(run.setting())).getFirst();
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double value(Evidence evidence, String name, int rank) {
    String metric = rank == FULL ? name + "_fitted" : CurveName.name(name, rank);
    return evidence.metrics().stream()
        .filter(m -> m.name().equals(metric))
        .findFirst()
        .orElseThrow()
        .value();
  }

  /** The windows that the claim reports, of the half of the held-out documents that is for that. */
  private Batch heldOut(RunSetting setting, Randomness randomness) {
    int[] text = corpus.validationHalves(randomness.stream("halves")).getLast();
    var source =
        new RandomWindows(
            text, setting.batch(), setting.length(), randomness.stream("held-out windows"));
    List<Batch> batches = Stream.iterate(0L, i -> i + 1).limit(16).map(source::batch).toList();
    return new Batch(
        batches.stream().flatMapToInt(b -> Arrays.stream(b.inputs())).toArray(),
        batches.stream().flatMapToInt(b -> Arrays.stream(b.targets())).toArray(),
        setting.batch() * batches.size(),
        setting.length());
  }

  private static <S extends RunSetting> S named(String id, List<S> settings) {
    return settings.stream()
        .filter(setting -> setting.id().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no run is named " + id + " any more"));
  }

  private static RandomWindows windows(TokenizedCorpus corpus, RunSetting setting) {
    return new RandomWindows(
        corpus.train(),
        setting.batch(),
        setting.length(),
        Randomness.of(setting.seed()).stream("batches"));
  }

  private static Numbers train(
      Twin twin, RunSetting setting, BatchSource batches, Batch measured, List<Long> at) {
    try (Backend backend = CpuBackend.open(1)) {
      return twin.train(backend, setting, batches, measured, at);
    }
  }

  private void assertAgree(String claim, Numbers here, Twin twin) {
    Numbers there = twin.trainAgain(python);
    if (System.getProperty("gatun.twins", "").equals("store")) {
      Twins.store(claim, here, there);
    }
    assertEquals(List.of(), Twins.stored().of(claim).disagreements(here, there));
  }

  private void assertFound(String claim, Numbers here, Twin twin, String key, Object otherwise) {
    Object told = twin.tell(key, otherwise);
    Numbers there = twin.trainAgain(python);
    assertFalse(
        Twins.stored().of(claim).disagreements(here, there).isEmpty(),
        "%s = %s in place of %s is not found".formatted(key, otherwise, told));
    twin.tell(key, told);
  }
}
