package dev.gatun.report;

import dev.gatun.facts.PublishedModel;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import dev.gatun.results.Verdict;
import dev.gatun.results.Verdicts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Made-up evidence in the shape of the quick tier's, judged by the shipped expected values, and one
 * claim that was not run.
 */
final class SyntheticReport {
  static final long SEED = 7;
  static final String NOT_RUN = "Z9";
  private static final int VOCABULARY = 1024;
  private static final int[] WIDTHS = {24, 32, 64, 88};

  private SyntheticReport() {}

  static Evidence evidence() {
    var evidence = new EvidenceBuilder();
    var random = new SplittableRandom(SEED);
    for (long seed = 1; seed <= 5; seed++) {
      for (int width : WIDTHS) {
        destroyedNorm(evidence, width, seed, random);
      }
    }
    for (int width : WIDTHS) {
      spectra(evidence, width);
    }
    for (long seed = 1; seed <= 5; seed++) {
      anatomy(evidence, seed);
    }
    gaussian(evidence);
    for (int vocabulary : new int[] {512, 8192}) {
      for (double coverage : new double[] {4.875, 19.5}) {
        for (double rate : new double[] {0.001, 0.01}) {
          String arm = "v%s-seq%s-rate%s".formatted(vocabulary, coverage, rate);
          spamLang(evidence, arm, vocabulary, 32, coverage, rate, vocabulary / 16.0);
        }
      }
      String arm = "v%s-batch128-rate0.001".formatted(vocabulary);
      spamLang(evidence, arm, vocabulary, 32, 312.0 * 128 / vocabulary, 0.001, 128);
    }
    spamLang(evidence, "d64-v512-seq4.88", 512, 64, 4.875, 0.001, 32);
    for (int vocabulary = 128; vocabulary <= 131_072; vocabulary *= 4) {
      constructedHead(evidence, vocabulary);
    }
    for (String model : List.of("70m", "160m", "410m", "1b", "1.4b", "2.8b", "6.9b", "12b")) {
      perplexity(evidence, "pythia-" + model, random);
      perplexity(evidence, "pythia-" + model + "-deduped", random);
    }
    for (long seed = 1; seed <= 5; seed++) {
      for (int width : new int[] {4, 16, 64}) {
        saturation(evidence, width, seed);
      }
    }
    RunRecorder law = begin(evidence, "B1", "saturated-mean", "published", SEED, "{}");
    law.metric("mean_final_excess", 0, 0.0786, 0.0015, "1");
    law.metric("mean_best_excess", 0, 0.0411, 0.0015, "1");
    law.metric("mean_final_excess_refit", 0, 0.0702, 0.0015, "1");
    law.metric("mean_best_excess_refit", 0, 0.0329, 0.0015, "1");
    law.finish(0);
    return evidence.build(provenance());
  }

  /** A corpus and a tokenizer are named by their hashes, which have no place to break. */
  private static final String TEXT =
      """
      {"corpus": "%1$s", "tokenizer": "%1$s", "text": {"overlap": 0.25, "largestTrained": 0.0067,
       "largestHeldOut": 0.0085, "leastCount": 3}}\
      """
          .formatted("0123456789abcdef".repeat(4));

  private static RunRecorder begin(
      EvidenceBuilder evidence,
      String claim,
      String arm,
      String device,
      long seed,
      String configuration) {
    String id = claim + "/" + arm + "/seed" + seed;
    return evidence.begin(id, claim, arm, "quick", device, seed, configuration);
  }

  private static void destroyedNorm(
      EvidenceBuilder evidence, int width, long seed, SplittableRandom random) {
    double unrelated = Math.sqrt(1 - (double) width / VOCABULARY);
    RunRecorder a1 = begin(evidence, "A1", "d" + width, "cpu", seed, TEXT);
    RunRecorder a9 = begin(evidence, "A9", "d" + width, "cpu", seed, "{}");
    for (long step : new long[] {0, 25, 50, 100, 150, 200}) {
      double trained = unrelated - 0.005 * (1 - Math.exp(-step / 90.0));
      double r = trained + 0.0008 * (random.nextDouble() - 0.5);
      for (RunRecorder run : List.of(a1, a9)) {
        run.metric("destroyed_norm", step, r, "1");
        run.metric("destroyed_norm_unrelated", step, unrelated, "1");
        run.metric("destroyed_norm_random_head", step, unrelated + 2e-5, "1");
        double chance = (double) width / VOCABULARY;
        run.metric("kept_over_chance", step, (1 - r * r) / chance, "1");
        run.metric("kept_over_chance_random_head", step, 1.001, "1");
        run.metric("target_leverage", step, 0.021 + 1e-5 * step, "1");
      }
      a1.metric("kept_norm", step, Math.sqrt(1 - r * r), "1");
      a1.metric("destroyed_norm_excess", step, r - unrelated, "1");
    }
    a1.finish(21.4);
    a9.finish(21.4);
  }

  private static void spectra(EvidenceBuilder evidence, int width) {
    RunRecorder run = begin(evidence, "A2", "d" + width, "cpu", SEED, "{}");
    double[] gradient = new double[VOCABULARY];
    double[] step = new double[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      gradient[i] = 0.02 * Math.pow(i + 1, -0.8) * Math.exp(-i / 700.0);
      step[i] = i < 2 * width ? 0.9 * Math.pow(i + 1, -0.9) * Math.exp(-i / 90.0) : 1e-18;
    }
    run.spectrum("logit_gradient", 200, gradient, 3e-10);
    run.spectrum("logit_step", 200, step, 1e-8);
    run.metric("rank_cap", 200, 2.0 * width, "1");
    run.metric("step_rank", 200, 2.0 * width, "1");
    run.metric("step_rank_over_cap", 200, 1, "1");
    run.metric("gradient_rank_over_cap", 200, 1900.0 / (2 * width), "1");
    run.finish(3.2);
  }

  private static void anatomy(EvidenceBuilder evidence, long seed) {
    RunRecorder a4 = begin(evidence, "A4", "d32", "cpu", seed, "{}");
    for (int contexts = 128; contexts <= 4096; contexts *= 2) {
      ranks(a4, "gradient", contexts, (int) (40 * Math.log(contexts / 16.0)), 5);
      ranks(a4, "targets", contexts, (int) (38 * Math.log(contexts / 16.0)), 4);
    }
    a4.finish(3.1);
    RunRecorder a5 = begin(evidence, "A5", "d32", "cpu", seed, "{}");
    for (double size = 1.0 / 64; size <= 1024; size *= 2) {
      a5.metric("decrease_gradient@" + place(size), 150, 4 * Math.tanh(size / 4), "nats");
      a5.metric(
          "decrease_hidden_induced@" + place(size), 150, 0.02 * size * (1 - size / 99), "nats");
    }
    a5.metric("cosine_hidden_induced", 150, 0.02 + 1e-4 * seed, "1");
    a5.finish(3.1);
    RunRecorder a10 = begin(evidence, "A10", "d32", "cpu", seed, "{}");
    for (int k = 1; k < VOCABULARY; k *= 2) {
      double share = Math.sqrt((double) k / VOCABULARY);
      a10.metric("energy_gradient@" + k, 150, Math.sqrt(share), 1e-9, "1");
      a10.metric("energy_kept@" + k, 150, share, 1e-9, "1");
      a10.metric("energy_random_head@" + k, 150, share * share, 1e-9, "1");
    }
    a10.metric("head_components", 150, 9, "1");
    a10.metric("moved_to_tail", 150, 0.46 + 1e-3 * seed, "1");
    a10.finish(3.1);
  }

  /** As in {@code 0.125} or {@code 16}. */
  private static String place(double size) {
    return size < 1 ? String.valueOf(size) : String.valueOf((int) size);
  }

  private static void gaussian(EvidenceBuilder evidence) {
    RunRecorder run = begin(evidence, "A4", "gaussian", "cpu", 1, "{}");
    for (int contexts = 128; contexts <= 4096; contexts *= 2) {
      ranks(run, "gaussian", contexts, Math.min(contexts, VOCABULARY), contexts / 16);
    }
    run.finish(1);
  }

  private static void ranks(RunRecorder run, String of, int contexts, int rank, int most) {
    run.metric(of + "_rank_of@" + contexts, 150, rank, "1");
    run.metric(of + "_components_70_of@" + contexts, 150, most, "1");
    run.metric(of + "_components_999_of@" + contexts, 150, rank - 1, "1");
  }

  private static void constructedHead(EvidenceBuilder evidence, int vocabulary) {
    RunRecorder run =
        begin(
            evidence,
            "A8",
            "v" + vocabulary,
            "cpu",
            SEED,
            "{\"vocabulary\": %s, \"width\": 2}".formatted(vocabulary));
    run.metric("top1_accuracy", 0, 1, "1");
    run.metric("top1_accuracy_f32", 0, vocabulary > 8192 ? 8192.0 / vocabulary : 1, "1");
    if (vocabulary <= 8192) {
      run.metric("top1_accuracy_one_dimension", 0, 2.0 / vocabulary, "1");
    }
    run.finish(0.4);
  }

  private static void spamLang(
      EvidenceBuilder evidence,
      String arm,
      int vocabulary,
      int width,
      double coverage,
      double rate,
      double batch) {
    RunRecorder run = begin(evidence, "A6", arm, "cpu", SEED, "{}");
    long step = Math.round(coverage * vocabulary / batch);
    run.metric("accuracy", step, 1 - Math.exp(-coverage / 8), 0, "1");
    run.metric("vocabulary", step, vocabulary, "1");
    run.metric("width", step, width, "1");
    run.metric("sequences_per_symbol", step, coverage, "1");
    run.metric("sequence_length", step, 1, "1");
    run.metric("learning_rate", step, rate, "1");
    run.finish(0.7);
  }

  private static void perplexity(EvidenceBuilder evidence, String model, SplittableRandom random) {
    RunRecorder run = begin(evidence, "B2", model, "published", SEED, "{}");
    double size = PublishedModel.of(model).orElseThrow().parameters();
    double ratio = 1 + 0.6 * Math.exp(-size / 1.6e8) + 0.03 * random.nextDouble();
    run.metric("final_over_best", 143_000, ratio, 0.05, "1");
    run.metric("final_over_best_null", 143_000, 1.05, "1");
    run.finish(0);
  }

  private static void saturation(EvidenceBuilder evidence, int width, long seed) {
    saturation(evidence, width, seed, "d" + width);
    saturation(evidence, width, seed, Run.CONTROL + "log-unigram-d" + width);
  }

  private static void saturation(EvidenceBuilder evidence, int width, long seed, String arm) {
    RunRecorder b3 = begin(evidence, "B3", arm, "cpu", seed, "{}");
    RunRecorder b4 = begin(evidence, "B4", arm, "cpu", seed, "{}");
    for (long step : new long[] {0, 16, 64, 400, 800}) {
      double learnt = Math.exp(-step / 300.0);
      double spike = step == 0 ? 0 : 1 - 0.2 / width;
      b3.metric("anisotropy", step, step == 0 ? 0.05 : 0.2 + 0.7 * learnt, "1");
      b3.metric("anisotropy_isotropic", step, 1e-4 * (seed - 3), "1");
      for (int layer = 0; layer <= 2; layer++) {
        b3.metric("anisotropy_of_layer@" + layer, step, 0.05 + 0.05 * layer, "1");
      }
      double entropy = step == 0 ? width / 2048.0 : 0.8 * Math.log(width);
      b4.metric("singular_entropy", step, entropy + 0.001 * seed, "nats");
      b4.metric("singular_entropy_random_head", step, width / 2048.0, "nats");
      b4.metric("singular_entropy_common_tokens", step, 0.6 * entropy, "nats");
      double[] values = new double[width];
      for (int i = 0; i < width; i++) {
        values[i] = Math.exp(-spike * i / 4.0);
      }
      b4.spectrum("head", step, values, 1e-9);
    }
    b3.metric("anisotropy_peak", 800, 0.99, "1");
    b3.metric("loss_gained_at_peak", 800, -1, "nats");
    b4.metric("entropy_rise_share", 800, 0.01, "1");
    b4.metric("entropy_fall_common_tokens", 800, 0.4, "nats");
    b3.finish(5.5);
    b4.finish(5.5);
  }

  private static Provenance provenance() {
    var entries = new LinkedHashMap<String, String>();
    entries.put(Provenance.GATUN_VERSION, "0.1.0");
    entries.put(Provenance.GIT_COMMIT, "0123456789abcdef0123456789abcdef01234567");
    entries.put(Provenance.GIT_DIRTY, "false");
    entries.put(Provenance.JDK, "25.0.1+8 (Eclipse Adoptium)");
    entries.put(Provenance.OS, "Linux 6.12 amd64");
    entries.put(Provenance.CPU, "Example Processor 9000 @ 2.60GHz");
    entries.put(Provenance.DEVICE, "cpu");
    entries.put(Provenance.CORE_TYPE, "SkylakeX");
    entries.put(Provenance.LIBRARY_PREFIX + "openblas", "0.3.31 DYNAMIC_ARCH NO_AFFINITY");
    entries.put(Provenance.THREADS, "4");
    entries.put(Provenance.MATH_MODE, "f32");
    entries.put(Provenance.SEED, "7");
    entries.put(Provenance.CONFIGURATION_HASH, "a3".repeat(32));
    entries.put(Provenance.CORPUS_HASH, "5f".repeat(32));
    entries.put(Provenance.STARTED, "2026-01-01T12:00:00Z");
    entries.put(Provenance.WALL_SECONDS, "312.4");
    return new Provenance(entries);
  }

  /** The shipped values, and those of a claim without evidence. */
  static ExpectedValues expected() {
    var claims = new ArrayList<>(ExpectedValues.shipped().claims());
    claims.add(claim(NOT_RUN, "A claim that was not run", "Nothing measured this."));
    return new ExpectedValues(claims);
  }

  /** A claim with A1's checks. */
  static ExpectedClaim claim(String id, String title, String statement) {
    return new ExpectedClaim(
        id,
        title,
        statement,
        "x = y",
        "arXiv 2603.10145",
        List.of(),
        Map.of(),
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        ExpectedValues.shipped().of("A1").checks());
  }

  static List<Verdict> verdicts() {
    return Verdicts.judge(evidence(), expected(), "quick", "cpu");
  }

  static String html() {
    return Report.html(evidence(), verdicts(), expected());
  }
}
