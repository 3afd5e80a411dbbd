package dev.gatun.claims.spamlang;

import dev.gatun.claims.spamlang.SpamLangArms.Exposure;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.model.HeadForm;
import dev.gatun.model.TransformerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * The SpamLang runs of a tier. Three questions, each asked with everything else held fixed:
 *
 * <ul>
 *   <li>the paper's: sequences of 64 in batches of 128; V grows at equal batch and steps, over
 *       learning rates; what a symbol is seen falls as V grows;
 *   <li>the control's, on sequences of one symbol: V grows at equal independent sequences per
 *       symbol, equal steps and equal sequences per symbol and step, so that V and D/V alone
 *       differ;
 *   <li>what else may matter: sequence length at equal positions and at equal sequences, D,
 *       optimiser, tied head, rank of the head's backward pass.
 * </ul>
 *
 * @param settings in the order in which they run: all arms of the first seed, then of the next
 */
public record SpamLangPlan(List<SpamLangSetting> settings) {
  private static final int SEEDS = 5;
  private static final int LARGEST_SEEDS = 3;

  /** Keeps a copy of the list. */
  public SpamLangPlan {
    settings = List.copyOf(settings);
  }

  static SpamLangPlan of(Tier tier, Seeds seeds) {
    return switch (tier) {
      case QUICK -> quick(seeds);
      case DESK -> desk(seeds);
      case PAPER -> paper(seeds);
    };
  }

  /**
   * The paper's setting scaled down: V to 2,048 at D = 16 and one layer, for as many steps of 128
   * sequences of 64 as give the largest V the 4.88 sequences per symbol of the paper's largest;
   * each V at the rate that was best for it on seeds 101 and 102. Controls have sequences of one
   * symbol.
   */
  public static SpamLangPlan quick(Seeds seeds) {
    return ofSeeds(seeds, SpamLangPlan::quickArms);
  }

  private static List<SpamLangSetting> quickArms(long seed) {
    var arms = new SpamLangArms(SpamLangPlan::smallest, 16, seed);
    double[] rates = {3e-3, 1e-2, 3e-2};
    arms.rates(512, 1, Exposure.least(512), rates);
    arms.rates(512, 1, Exposure.middle(512), rates);
    arms.rates(512, 1, Exposure.most(512), 1e-2);
    arms.rates(2048, 1, Exposure.least(2048), rates);
    arms.rates(2048, 1, Exposure.middle(2048), 1e-2, 3e-2);
    arms.rates(512, 64, Exposure.fixed(128, 78), 3e-2);
    arms.rates(2048, 64, Exposure.fixed(128, 78), 3e-3);
    arms.lengths(512, 64, Exposure.least(512), 1e-2);
    arms.widths(2048, 1, Exposure.least(2048), 1e-2, 32, 64);
    arms.tied(512, 1, Exposure.least(512), 1e-2);
    arms.tied(2048, 1, Exposure.middle(2048), 1e-2);
    arms.momentum(512, 1, Exposure.middle(512), 0.1);
    arms.momentum(512, 1, Exposure.most(512), 0.1);
    arms.backwardRanks(512, 1, Exposure.middle(512), 1e-2, 8);
    return arms.settings();
  }

  /**
   * The quick tier's model at larger V. Sequences of 64 go to V = 16,384, for as many steps as give
   * it the 4.88 sequences per symbol of the paper's largest, at two rates; sequences of one symbol,
   * which cost a 64th, go to V = 32,768. What is above V = 8,192 has three seeds, for its cost, and
   * begins first. The two rates of V = 16,384 were nearly equal at V = 8,192 and as many sequences
   * per symbol on seed 102: 0.15 at 0.003, 0.14 at 0.001. All take about half an hour of two cores.
   */
  public static SpamLangPlan desk(Seeds seeds) {
    List<SpamLangSetting> settings = new ArrayList<>();
    settings.addAll(ofSeeds(seeds, LARGEST_SEEDS, SpamLangPlan::largestArms).settings);
    settings.addAll(ofSeeds(seeds, SpamLangPlan::deskArms).settings);
    return new SpamLangPlan(settings);
  }

  private static List<SpamLangSetting> largestArms(long seed) {
    var arms = new SpamLangArms(SpamLangPlan::smallest, 16, seed);
    arms.rates(16_384, 64, Exposure.fixed(128, 624), 1e-3, 3e-3);
    arms.rates(32_768, 1, Exposure.least(32_768), 3e-3, 1e-2);
    arms.rates(32_768, 1, Exposure.middle(32_768), 1e-2, 3e-2);
    return arms.settings();
  }

  private static List<SpamLangSetting> deskArms(long seed) {
    var arms = new SpamLangArms(SpamLangPlan::smallest, 16, seed);
    double[] rates = {3e-3, 1e-2, 3e-2};
    arms.rates(8192, 64, Exposure.fixed(128, 624), 3e-3);
    arms.rates(2048, 64, Exposure.fixed(128, 624), 1e-2);
    arms.rates(512, 64, Exposure.fixed(128, 624), 1e-2, 3e-2);
    arms.rates(512, 1, Exposure.least(512), rates);
    arms.rates(512, 1, Exposure.middle(512), 1e-2, 3e-2);
    arms.rates(8192, 1, Exposure.least(8192), rates);
    arms.rates(8192, 1, Exposure.middle(8192), 1e-2, 3e-2);
    arms.lengths(512, 64, Exposure.least(512), 1e-2);
    arms.widths(8192, 1, Exposure.least(8192), 1e-2, 32, 64);
    arms.backwardRanks(8192, 1, Exposure.middle(8192), 1e-2, 8);
    return arms.settings();
  }

  /**
   * The paper's configuration: V to 131,072, the backbone of SmolLM2-135M, sequences of 64 in
   * batches of 128, 5,000 steps; and, at equal positions and thus equal cost, the same model on
   * sequences of length 1.
   */
  public static SpamLangPlan paper(Seeds seeds) {
    return ofSeeds(seeds, SpamLangPlan::paperArms);
  }

  private static List<SpamLangSetting> paperArms(long seed) {
    var arms = new SpamLangArms(SpamLangPlan::smolLm, 576, seed);
    Exposure exposure = Exposure.fixed(128, 5000);
    for (int vocabulary : new int[] {8192, 32_768, 131_072}) {
      arms.rates(vocabulary, 64, exposure, 3e-4, 1e-3, 3e-3);
    }
    arms.rates(131_072, 1, Exposure.fixed(128 * 64, 5000), 1e-3);
    arms.tied(131_072, 64, exposure, 3e-4, 1e-3, 3e-3);
    return arms.settings();
  }

  /**
   * The same arms with another head, but for those that are about the linear head alone: tied
   * weights and a limited backward pass.
   */
  SpamLangPlan withHead(HeadChoice head) {
    return head.isLinear()
        ? this
        : new SpamLangPlan(
            settings.stream()
                .filter(setting -> !setting.model().isTied())
                .filter(setting -> setting.backwardRank() == setting.model().width())
                .map(setting -> setting.withHead(head))
                .toList());
  }

  private static SpamLangPlan ofSeeds(Seeds seeds, LongFunction<List<SpamLangSetting>> arms) {
    return ofSeeds(seeds, SEEDS, arms);
  }

  private static SpamLangPlan ofSeeds(
      Seeds seeds, int planned, LongFunction<List<SpamLangSetting>> arms) {
    return new SpamLangPlan(
        seeds.of(planned).boxed().flatMap(seed -> arms.apply(seed).stream()).toList());
  }

  /** GPT-2 style, one layer, four heads. */
  private static TransformerConfig smallest(int vocabulary, int width, int length) {
    return TransformerConfig.gpt2(vocabulary, width, 1, 4, length)
        .withHead(new HeadForm.Linear(false));
  }

  /** GPT-2 style, two layers, four heads. */
  static TransformerConfig small(int vocabulary, int width, int length) {
    return TransformerConfig.gpt2(vocabulary, width, 2, 4, length)
        .withHead(new HeadForm.Linear(false));
  }

  /** SmolLM2-135M's backbone: 30 layers, 9 heads on 3 key/value heads, MLP 1,536; untied. */
  private static TransformerConfig smolLm(int vocabulary, int width, int length) {
    return TransformerConfig.llama(vocabulary, width, 30, 9, 3, 1536, length);
  }
}
