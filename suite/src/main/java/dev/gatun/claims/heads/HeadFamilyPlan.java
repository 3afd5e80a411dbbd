package dev.gatun.claims.heads;

import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.ModelSize;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.experiment.UsualTraining;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The runs of {@link HeadFamilyExperiment} at a tier: every head of the family on one backbone,
 * each with the learning rate that is best for it on seeds that are not measured.
 *
 * @param size of the models
 * @param batch windows per step
 * @param steps training steps
 * @param trialSteps those of a run that only tries its learning rate
 * @param warmUpSteps steps of linear warm-up; a trial has as large a share of them
 * @param windows held-out windows
 * @param contexts of them at which the Jacobian is taken
 * @param rates learning rates to choose from, ascending
 * @param trialSeeds seeds on which they are chosen
 * @param seeds of the runs
 */
record HeadFamilyPlan(
    ModelSize size,
    int batch,
    long steps,
    long trialSteps,
    long warmUpSteps,
    int windows,
    int contexts,
    List<Double> rates,
    List<Long> trialSeeds,
    List<Long> seeds) {
  private static final int SEEDS = 5;

  /** Trial seeds start so far above the first seed. */
  private static final long TRIAL_SEEDS = 1_000_000;

  /** Shares of a run after which the loss is taken. */
  private static final List<Integer> SIXTEENTHS = List.of(1, 2, 3, 4, 6, 8, 10, 12, 14);

  /** Checks that trials say nothing about the seeds of the runs. */
  HeadFamilyPlan {
    if (trialSeeds.stream().anyMatch(seeds::contains)) {
      throw new IllegalArgumentException("rates are chosen on seeds that are measured");
    }
  }

  /**
   * Quick: V = 512, D = 16, 80 steps, which the trials have too. Desk: V = 1,024, D = 32, five
   * million tokens, of which a trial has a fifth, and Jacobians at 512 contexts, about half an hour
   * of two cores. Paper: V = 8,192, D = 512, 10,000 steps. Held-out contexts are twice as many as
   * tokens, but at the paper tier.
   */
  static HeadFamilyPlan of(Tier tier, Seeds seeds) {
    return switch (tier) {
      case QUICK -> of(new ModelSize(512, 16, 2, 4, 64), 8, 80, 80, 15, 16, 32, seeds);
      case DESK -> of(new ModelSize(1024, 32, 2, 4, 64), 32, 2500, 500, 250, 32, 512, seeds);
      case PAPER ->
          of(new ModelSize(8192, 512, 6, 4, 256), 64, 10_000, 10_000, 500, 64, 1024, seeds);
    };
  }

  private static HeadFamilyPlan of(
      ModelSize size,
      int batch,
      long steps,
      long trialSteps,
      long warmUpSteps,
      int windows,
      int contexts,
      Seeds seeds) {
    // The best rate falls as the width grows (Yang et al., arXiv 2203.03466): 3e-3 at 64.
    double usual = 0.192 / size.width();
    return new HeadFamilyPlan(
        size,
        batch,
        steps,
        trialSteps,
        warmUpSteps,
        windows,
        contexts,
        List.of(usual / 2, usual, 2 * usual, 4 * usual),
        List.of(seeds.first() + TRIAL_SEEDS),
        seeds.of(SEEDS).boxed().toList());
  }

  /** Every rate of every head on the trial seeds; none where there is but one rate. */
  List<HeadFamilySetting> trials() {
    List<HeadFamilySetting> trials = new ArrayList<>();
    if (rates.size() > 1) {
      for (HeadChoice head : HeadChoice.all()) {
        for (double rate : rates) {
          trialSeeds.forEach(seed -> trials.add(trial(head, rate, seed)));
        }
      }
    }
    return trials;
  }

  /**
   * Every head with every seed, all heads of a seed together.
   *
   * @param chosen rate by head
   */
  List<HeadFamilySetting> runs(Map<String, Double> chosen) {
    List<HeadFamilySetting> runs = new ArrayList<>();
    for (long seed : seeds) {
      for (HeadChoice head : HeadChoice.all()) {
        var training = new UsualTraining(batch, steps, chosen.get(head.label()), warmUpSteps);
        runs.add(setting(head, training, evaluations(), false, seed));
      }
    }
    return runs;
  }

  private List<Long> evaluations() {
    Stream<Long> between = SIXTEENTHS.stream().map(part -> steps * part / 16);
    return Stream.concat(Stream.concat(Stream.of(0L), between), Stream.of(steps))
        .distinct()
        .toList();
  }

  private HeadFamilySetting trial(HeadChoice head, double rate, long seed) {
    long warmUp = warmUpSteps * trialSteps / steps;
    var training = new UsualTraining(batch, trialSteps, rate, warmUp);
    return setting(head, training, List.of(trialSteps), true, seed);
  }

  private HeadFamilySetting setting(
      HeadChoice head, UsualTraining training, List<Long> evaluations, boolean trial, long seed) {
    return new HeadFamilySetting(head, size, training, windows, contexts, evaluations, trial, seed);
  }
}
