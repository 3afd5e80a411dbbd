package dev.gatun.claims.heads;

import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The arms of {@link HeadVariantExperiment} at a tier.
 *
 * @param scale common to all arms
 * @param ranks of the factorised heads, ascending; the last is the width
 * @param backwardRanks of the limited backward passes
 * @param neverClasses numbers of classes that never occur
 * @param rates learning rates to choose from, ascending
 * @param trialSeeds seeds on which they are chosen, none of those of the runs
 * @param seeds of the runs
 */
record HeadVariantPlan(
    HeadVariantScale scale,
    List<Integer> ranks,
    List<Integer> backwardRanks,
    List<Integer> neverClasses,
    List<Double> rates,
    List<Long> trialSeeds,
    List<Long> seeds) {
  private static final int SEEDS = 5;

  /**
   * Above these, trial losses fall by another 0.05 to 0.2 nats, but some seeds leave for a plateau:
   * at 1.2e-2 final losses of equal arms scatter by 0.3 nats, as much as the arms differ.
   */
  private static final List<Double> QUICK_RATES = List.of(1.5e-3, 3e-3, 6e-3);

  /** Trial seeds start so far above the first seed. */
  private static final long TRIAL_SEEDS = 1_000_000;

  /** Checks that trials say nothing about the seeds of the runs. */
  HeadVariantPlan {
    if (trialSeeds.stream().anyMatch(seeds::contains)) {
      throw new IllegalArgumentException("rates are chosen on seeds that are measured");
    }
  }

  /** The plan of a tier; the paper of C1, C2 and C3 is small enough for a desk. */
  static HeadVariantPlan of(Tier tier, long firstSeed) {
    return tier == Tier.QUICK ? quick(firstSeed) : desk(firstSeed);
  }

  /** As {@link #of}, with A7's paper. */
  static HeadVariantPlan ofRanks(Tier tier, long firstSeed) {
    return tier == Tier.PAPER ? paper(firstSeed) : of(tier, firstSeed);
  }

  /** As {@link #of}, at the width of C2's paper. */
  static HeadVariantPlan ofNarrow(Tier tier, long firstSeed) {
    return tier == Tier.QUICK ? quick(firstSeed) : deskNarrow(firstSeed);
  }

  /** One layer, V 1,024, D 32 and 131,072 tokens for each run: a few million tokens in all. */
  static HeadVariantPlan quick(long firstSeed) {
    return new HeadVariantPlan(
        new HeadVariantScale(new ModelSize(1024, 32, 1, 4, 32), 16, 256, 256),
        List.of(2, 4, 8, 16, 32),
        List.of(16, 32),
        List.of(256, 1024, 4096),
        QUICK_RATES,
        trialSeeds(firstSeed, 2),
        seeds(firstSeed, SEEDS));
  }

  /**
   * The published configuration of arXiv 2608.16671, as far as it is reported: 6 layers, D 96, V
   * 8,192, 1,200 steps. Batches and rates are ours.
   */
  static HeadVariantPlan desk(long firstSeed) {
    return desk(96, List.of(6, 12, 24, 48, 96), List.of(48, 96), firstSeed);
  }

  /** The same at width 32, at which that paper takes the orthogonal part away. */
  static HeadVariantPlan deskNarrow(long firstSeed) {
    return desk(32, List.of(), List.of(32), firstSeed);
  }

  private static HeadVariantPlan desk(
      int width, List<Integer> ranks, List<Integer> backwardRanks, long firstSeed) {
    return new HeadVariantPlan(
        new HeadVariantScale(new ModelSize(8192, width, 6, width / 16, 128), 8, 1200, 128),
        ranks,
        backwardRanks,
        List.of(256, 1024, 4096),
        List.of(7.5e-4, 1.5e-3, 3e-3),
        trialSeeds(firstSeed, 1),
        seeds(firstSeed, SEEDS));
  }

  /**
   * A7 as arXiv 2603.10145 is reported to have it: 6 layers of width 4,096, V 49,152, 11 billion
   * tokens, ranks from 32 to 4,096; one seed and one rate, as each run takes days of a GPU.
   */
  static HeadVariantPlan paper(long firstSeed) {
    return new HeadVariantPlan(
        new HeadVariantScale(new ModelSize(49_152, 4096, 6, 32, 1024), 512, 21_000, 128),
        List.of(32, 128, 512, 1024, 4096),
        List.of(),
        List.of(),
        List.of(3e-4),
        List.of(),
        seeds(firstSeed, 1));
  }

  private static List<Long> seeds(long first, int count) {
    return LongStream.range(first, first + count).boxed().toList();
  }

  private static List<Long> trialSeeds(long firstSeed, int count) {
    return seeds(firstSeed + TRIAL_SEEDS, count);
  }

  /** The exact model and a head of every rank. */
  List<HeadVariant> rankArms() {
    return withFull(ranks.stream().map(HeadVariant::rank));
  }

  /** The same, and another head beside them unless it is one of them. */
  List<HeadVariant> rankArms(HeadChoice head) {
    return head.isMatrix()
        ? rankArms()
        : Stream.concat(rankArms().stream(), Stream.of(HeadVariant.of(head, scale.size())))
            .toList();
  }

  /** The exact model, every limited backward pass, and heads of the same ranks beside them. */
  List<HeadVariant> backwardArms() {
    return withFull(
        backwardRanks.stream()
            .flatMap(r -> Stream.of(HeadVariant.backward(r), HeadVariant.rank(r))));
  }

  /**
   * The exact model, the one whose head has no orthogonal part of its gradient, and a backward pass
   * of full rank, which takes nothing away.
   */
  List<HeadVariant> orthogonalArms() {
    return withFull(
        Stream.of(HeadVariant.withoutOrthogonalPart(), HeadVariant.backward(scale.size().width())));
  }

  /** The exact model without and with classes that never occur. */
  List<HeadVariant> neverArms() {
    return withFull(neverClasses.stream().map(HeadVariant::never));
  }

  private static List<HeadVariant> withFull(Stream<HeadVariant> others) {
    return Stream.concat(Stream.of(HeadVariant.FULL), others).toList();
  }

  /**
   * Runs that try every rate on the trial seeds, for the arms whose rates these need; none where
   * there is but one rate.
   */
  List<HeadVariantSetting> trials(List<HeadVariant> variants) {
    if (rates.size() == 1) {
      return List.of();
    }
    List<HeadVariantSetting> settings = new ArrayList<>();
    for (HeadVariant owner : variants.stream().filter(HeadVariant::hasOwnRate).toList()) {
      for (double rate : rates) {
        trialSeeds.forEach(seed -> settings.add(scale.trial(owner, rate, seed)));
      }
    }
    return settings;
  }

  /**
   * The runs: all arms of the first seed, then of the next.
   *
   * @param chosen rate by arm
   */
  List<HeadVariantSetting> runs(List<HeadVariant> variants, Map<String, Double> chosen) {
    List<HeadVariantSetting> settings = new ArrayList<>();
    for (long seed : seeds) {
      for (HeadVariant variant : variants) {
        settings.add(scale.setting(variant, chosen.get(variant.rateOf()), seed));
      }
    }
    return settings;
  }
}
