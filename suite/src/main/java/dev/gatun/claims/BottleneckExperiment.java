package dev.gatun.claims;

import dev.gatun.backend.Backend;
import dev.gatun.data.Batch;
import dev.gatun.data.Corpus;
import dev.gatun.data.Gpt2Tokenizer;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import dev.gatun.train.StepReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import tools.jackson.databind.json.JsonMapper;

/**
 * The experiment behind A1, A2, A3 and A9: trains a small language model for every width and seed
 * of a plan and measures, before, during and after training, what its head does to the logit
 * gradient. Claims share one instance, so that each model is trained once; a finished run is stored
 * and found again after an interrupt.
 */
public final class BottleneckExperiment {
  private static final String NAME = "bottleneck";
  private static final double VALIDATION_SHARE = 0.1;
  private static final List<String> SAME_BUILD =
      List.of(Provenance.GATUN_VERSION, Provenance.GIT_COMMIT, Provenance.GIT_DIRTY);

  private final HeadMeasures measures;
  private final LongFunction<BottleneckPlan> plans;
  private final Map<String, Evidence> finished = new HashMap<>();
  private final Map<Integer, TokenizedCorpus> tokenized = new HashMap<>();

  /** The quick tier, measured exactly. */
  public BottleneckExperiment() {
    this(HeadMeasures.EXACT, BottleneckPlan::quick);
  }

  /**
   * Another plan, or other measures.
   *
   * @param plans by first seed
   */
  public BottleneckExperiment(HeadMeasures measures, LongFunction<BottleneckPlan> plans) {
    this.measures = measures;
    this.plans = plans;
  }

  /** How heads are measured. */
  HeadMeasures measures() {
    return measures;
  }

  /** What will be run. */
  BottleneckPlan plan(ClaimContext context, String claim) {
    if (context.tier() != Tier.QUICK) {
      throw new UnsupportedTierException(claim, context.tier());
    }
    return plans.apply(context.seed());
  }

  /** One run for each setting of the plan: measured now, earlier, or before an interrupt. */
  List<Evidence> evidence(ClaimContext context, String claim) {
    return evidence(context, claim, _ -> true);
  }

  private List<Evidence> evidence(
      ClaimContext context, String claim, Predicate<BottleneckSetting> wanted) {
    List<BottleneckSetting> settings =
        plan(context, claim).settings().stream().filter(wanted).toList();
    long steps = settings.stream().mapToLong(BottleneckSetting::steps).sum();
    long stepsDone = 0;
    List<Evidence> all = new ArrayList<>();
    for (BottleneckSetting setting : settings) {
      TokenizedCorpus corpus = corpus(context, setting.vocabulary());
      String configuration = configuration(context.backend(), setting, corpus);
      Evidence known = finished.get(configuration);
      if (known == null) {
        var position = new Position(claim, stepsDone, steps);
        known = storedOrMeasured(context, position, setting, corpus, configuration);
        finished.put(configuration, known);
      }
      stepsDone += setting.steps();
      all.add(known);
    }
    return all;
  }

  /** Where a run stands in the whole experiment, counted in training steps. */
  private record Position(String claim, long stepsBefore, long steps) {
    Progress at(BottleneckSetting setting, StepReport report) {
      return new Progress(
          claim,
          "train D = %d, seed %d".formatted(setting.width(), setting.seed()),
          stepsBefore + report.step(),
          steps,
          report.loss(),
          report.tokensPerSecond());
    }
  }

  /** As {@link #evidence}, of those settings alone that take all singular values. */
  List<Evidence> withSpectra(ClaimContext context, String claim) {
    return evidence(context, claim, setting -> !setting.spectrumSteps().isEmpty());
  }

  private Evidence storedOrMeasured(
      ClaimContext context,
      Position position,
      BottleneckSetting setting,
      TokenizedCorpus corpus,
      String configuration) {
    Path folder = context.unfinished().resolve(NAME).resolve(id(setting));
    Provenance provenance = Provenance.ofThisProcess();
    // Of the files of a results folder the runs are written last.
    if (Files.exists(folder.resolve("runs.arrow"))) {
      Evidence stored = new ResultsFolder(folder).readEvidence();
      if (isSame(stored, configuration, provenance)) {
        return stored;
      }
    }
    var builder = new EvidenceBuilder();
    measure(context, position, setting, corpus, configuration, builder);
    Evidence measured = builder.build(provenance);
    new ResultsFolder(folder).write(measured);
    return measured;
  }

  private static boolean isSame(Evidence stored, String configuration, Provenance provenance) {
    Map<String, String> then = stored.provenance().entries();
    return SAME_BUILD.stream().allMatch(k -> provenance.entries().get(k).equals(then.get(k)))
        && stored.runs().stream().map(Run::configuration).allMatch(configuration::equals);
  }

  private void measure(
      ClaimContext context,
      Position position,
      BottleneckSetting setting,
      TokenizedCorpus corpus,
      String configuration,
      EvidenceBuilder builder) {
    long started = System.nanoTime();
    Backend backend = context.backend();
    RunRecorder run =
        builder.begin(
            NAME + "/" + id(setting),
            NAME,
            setting.arm(),
            context.tier().label(),
            backend.device().kind(),
            setting.seed(),
            configuration);
    Randomness randomness = Randomness.of(setting.seed());
    Batch contexts =
        new RandomWindows(
                corpus.validation(),
                setting.windows(),
                setting.length(),
                randomness.stream("measured contexts"))
            .batch(0);
    var meter = new HeadMeter(measures, contexts, randomness);
    meter.recordContexts(run);
    new BottleneckTraining(setting, corpus, randomness)
        .run(
            backend,
            report -> context.report(position.at(setting, report)),
            (step, model) -> {
              meter.recordProjection(model, step, run);
              if (setting.spectrumSteps().contains(step)) {
                meter.recordSpectra(model, step, run);
              }
            });
    run.finish((System.nanoTime() - started) * 1e-9);
  }

  private TokenizedCorpus corpus(ClaimContext context, int vocabulary) {
    return tokenized.computeIfAbsent(
        vocabulary,
        size -> {
          Corpus corpus = context.corpus().get();
          return TokenizedCorpus.of(corpus, new Gpt2Tokenizer(size), VALIDATION_SHARE);
        });
  }

  private static String id(BottleneckSetting setting) {
    return setting.arm() + "-seed" + setting.seed();
  }

  /** All that the numbers depend on, as JSON. Not the threads: they change nothing. */
  private static String configuration(
      Backend backend, BottleneckSetting setting, TokenizedCorpus corpus) {
    return JsonMapper.shared()
        .writeValueAsString(
            new Configuration(
                setting,
                corpus.corpus(),
                corpus.sha256(),
                corpus.tokenizer(),
                backend.device().name(),
                backend.device().mathMode(),
                backend.device().libraries()));
  }

  private record Configuration(
      BottleneckSetting experiment,
      String corpus,
      String corpusSha256,
      String tokenizer,
      String device,
      String mathMode,
      Map<String, String> libraries) {}
}
