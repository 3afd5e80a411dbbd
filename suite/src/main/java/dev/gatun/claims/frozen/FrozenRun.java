package dev.gatun.claims.frozen;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.experiment.RunBody;
import dev.gatun.experiment.RunEnvironment;
import dev.gatun.io.Hash;
import dev.gatun.measure.NormalMatrix;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.HeadScores;
import dev.gatun.results.CurveName;
import dev.gatun.results.HiddenStateReader;
import dev.gatun.results.Provenance;
import dev.gatun.results.RunRecorder;
import dev.gatun.spectrum.Centring;
import dev.gatun.spectrum.DirectSpectrum;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.Tensor;
import dev.gatun.train.StepReport;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Trains a backbone, then heads of every rank and the full one on its hidden states, and records
 * what each loses on held-out text. Of the held-out text one half chooses the learning rate of each
 * rank, the other is reported.
 */
class FrozenRun implements RunBody<FrozenSetting> {
  /** Scores of a head by the tensors it is given. */
  @FunctionalInterface
  private interface Scored {
    HeadScores scores(Tensor hidden, Tensor targets);
  }

  @Override
  public final void run(FrozenSetting setting, RunEnvironment environment, RunRecorder recorder) {
    Randomness randomness = Randomness.of(setting.seed());
    var backbone = new FrozenBackbone(setting, environment, randomness, identity(environment));
    try (LanguageModel model = backbone.model();
        TensorScope scope = environment.backend().newScope();
        var heads =
            new RankHeads(
                environment.backend(),
                setting,
                model.head().weights(scope),
                model.head().bias(),
                randomness.stream("rank heads"),
                this::rankOf)) {
      try (HiddenStateReader states = backbone.states(model)) {
        heads.train(states, reporting(setting, environment));
      }
      var windows =
          new Windows(setting, environment.tokens(setting.size().vocabulary()), randomness);
      Map<HeadChoice, Scored> chosen = choose(setting, model, heads, windows, recorder);
      measure(setting, model, chosen, windows, recorder);
    }
    backbone.discard();
  }

  /** The rank that a head of a nominal rank has. */
  protected int rankOf(int rank) {
    return rank;
  }

  /** The head that the control cuts down, and whose singular values W-error is of. */
  protected Tensor trainedHead(TensorScope scope, Tensor weights) {
    return weights;
  }

  private static RankHeads.Listener reporting(FrozenSetting setting, RunEnvironment environment) {
    long before = setting.training().steps() + setting.batches();
    return (batches, loss, rate, nanos) ->
        environment.report(new StepReport(before + batches, loss, 0, rate, setting.rows(), nanos));
  }

  /** Held-out windows, in batches: documents of one half choose, those of the other say. */
  private record Windows(List<Batch> choosing, List<Batch> reported) {
    Windows(FrozenSetting setting, TokenizedCorpus corpus, Randomness randomness) {
      this(setting, corpus.validationHalves(randomness.stream("halves")), randomness);
    }

    private Windows(FrozenSetting setting, List<int[]> halves, Randomness randomness) {
      this(
          of(setting, halves.getFirst(), randomness.stream("choosing windows")),
          of(setting, halves.getLast(), randomness.stream("held-out windows")));
    }

    private static List<Batch> of(FrozenSetting setting, int[] text, Randomness stream) {
      var source = new RandomWindows(text, setting.batch(), setting.length(), stream);
      long batches = Math.ceilDiv(setting.windows(), setting.batch());
      return LongStream.range(0, batches).mapToObj(source::batch).toList();
    }
  }

  /** Each rank's head, and the full one, at the rate whose loss is least, the lowest of equals. */
  private static Map<HeadChoice, Scored> choose(
      FrozenSetting setting,
      LanguageModel model,
      RankHeads heads,
      Windows windows,
      RunRecorder recorder) {
    Map<HeadChoice, Scored> all = new LinkedHashMap<>();
    heads.byChoice().forEach((choice, head) -> all.put(choice, head::scores));
    Map<HeadChoice, HeadScores> scores = score(model, all, windows.choosing());
    scores.forEach((choice, s) ->
        recorder.metric(
            choice.metricOfRate("choosing_loss"), setting.steps(), s.meanLoss(), "nats"));
    Map<HeadChoice, Scored> chosen = new LinkedHashMap<>();
    scores.keySet().stream()
        .collect(Collectors.groupingBy(HeadChoice::rank, LinkedHashMap::new, Collectors.toList()))
        .forEach((_, rates) -> {
          HeadChoice best =
              rates.stream()
                  .min(
                      Comparator.comparingDouble((HeadChoice c) -> finite(scores.get(c).meanLoss()))
                          .thenComparingDouble(HeadChoice::learningRate))
                  .orElseThrow();
          chosen.put(best, all.get(best));
          recorder.metric(best.metric("learning_rate"), setting.steps(), best.learningRate(), "1");
        });
    return chosen;
  }

  /** A head that diverged is the worst. */
  private static double finite(double loss) {
    return Double.isFinite(loss) ? loss : Double.POSITIVE_INFINITY;
  }

  private void measure(
      FrozenSetting setting,
      LanguageModel model,
      Map<HeadChoice, Scored> chosen,
      Windows windows,
      RunRecorder recorder) {
    Backend backend = model.backend();
    try (TensorScope scope = backend.newScope()) {
      Tensor head = trainedHead(scope, model.head().weights(scope));
      Tensor centredHead = Centring.of(backend, scope, head);
      measure(setting, model, chosen, windows, head, centredHead, recorder);
    }
    recordRandomHead(setting, backend, recorder);
  }

  private static void measure(
      FrozenSetting setting,
      LanguageModel model,
      Map<HeadChoice, Scored> chosen,
      Windows windows,
      Tensor head,
      Tensor centredHead,
      RunRecorder recorder) {
    long step = setting.steps();
    try (var truncated = new TruncatedHeads(model.backend(), head, model.head().bias());
        var centred = new TruncatedHeads(model.backend(), centredHead, model.head().bias())) {
      Map<String, Scored> all = new LinkedHashMap<>();
      all.put("_own", model.head()::scores);
      chosen.forEach((choice, trained) -> all.put(choice.metric(""), trained));
      truncated
          .heads(setting.ranks())
          .forEach((rank, cut) -> all.put(CurveName.name("_truncated", rank), cut::scores));
      centred
          .heads(setting.ranks())
          .forEach((rank, cut) ->
              all.put(CurveName.centred(CurveName.name("_truncated", rank)), cut::scores));
      score(model, all, windows.reported())
          .forEach((name, s) -> {
            recorder.metric("loss" + name, step, s.meanLoss(), "nats");
            recorder.metric("accuracy" + name, step, s.accuracy(), "1");
          });
      recordSpectrum(setting, truncated.spectrum(), recorder);
      recordSpectrum(setting, centred.spectrum(), recorder.centred());
    }
  }

  /** The null of W-error: a Gaussian head of the same size, as it is and centred. */
  private static void recordRandomHead(
      FrozenSetting setting, Backend backend, RunRecorder recorder) {
    Randomness stream = Randomness.of(setting.seed()).stream("random head");
    try (TensorScope scope = backend.newScope()) {
      Tensor head =
          NormalMatrix.inF64(
              backend, scope, setting.size().vocabulary(), setting.size().width(), stream);
      recordErrors(setting, "w_error_random", DirectSpectrum.of(backend, head), recorder);
      Spectrum ofCentred = DirectSpectrum.of(backend, Centring.of(backend, scope, head));
      recordErrors(setting, "w_error_random", ofCentred, recorder.centred());
    }
  }

  private static void recordSpectrum(
      FrozenSetting setting, Spectrum spectrum, RunRecorder recorder) {
    recordErrors(setting, "w_error", spectrum, recorder);
    recorder.metric("participation_ratio", setting.steps(), spectrum.participationRatio(), "1");
    recorder.spectrum(
        "head_weights", setting.steps(), spectrum.singularValues(), spectrum.errorBound());
  }

  private static void recordErrors(
      FrozenSetting setting, String curve, Spectrum spectrum, RunRecorder recorder) {
    for (int rank : setting.ranks()) {
      recorder.metric(
          CurveName.name(curve, rank),
          setting.steps(),
          spectrum.bestRankResidual(rank),
          spectrum.bestRankResidualError(rank),
          "1");
    }
  }

  /** Scores of all heads on the same hidden states, each batch of which is computed once. */
  private static <K> Map<K, HeadScores> score(
      LanguageModel model, Map<K, Scored> heads, List<Batch> batches) {
    Map<K, HeadScores> scores = new LinkedHashMap<>();
    for (Batch batch : batches) {
      HeadInputs at = model.headInputs(batch);
      heads.forEach((key, head) ->
          scores.merge(key, head.scores(at.hidden(), at.targets()), HeadScores::plus));
    }
    return scores;
  }

  private static String identity(RunEnvironment environment) {
    Map<String, String> build = Provenance.ofThisProcess().entries();
    return Hash.hex(
        String.join(
            "\n",
            environment.configuration(),
            build.get(Provenance.GATUN_VERSION),
            build.get(Provenance.GIT_COMMIT)));
  }
}
