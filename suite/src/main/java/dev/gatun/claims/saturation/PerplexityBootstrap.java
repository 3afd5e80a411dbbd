package dev.gatun.claims.saturation;

import dev.gatun.data.Randomness;
import dev.gatun.facts.PythiaCheckpoints;
import dev.gatun.facts.PythiaCheckpoints.Checkpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * How sure the final perplexity over the best one is. A resample draws the perplexity of every
 * checkpoint from a normal distribution with its published standard error, independently, and looks
 * for the best one anew: the resamples are biased upwards as the ratio itself is, which the
 * corrected ratio and the mirrored interval take back. All checkpoints are evaluated on the same
 * passages, so that the true errors of a ratio are smaller: the intervals are too wide.
 */
final class PerplexityBootstrap {
  private final Map<String, List<Checkpoint>> models;
  private final Map<String, double[]> resampled = new LinkedHashMap<>();

  /** Draws all resamples of all models, each from the stream of its name. */
  PerplexityBootstrap(PythiaCheckpoints checkpoints, long seed) {
    this.models = checkpoints.byModel();
    Randomness randomness = Randomness.of(seed).stream("perplexity bootstrap");
    models.forEach((name, list) -> resampled.put(name, resamples(list, randomness.stream(name))));
  }

  static double ratio(List<Checkpoint> list) {
    double least = list.stream().mapToDouble(Checkpoint::perplexity).min().orElseThrow();
    return list.getLast().perplexity() / least;
  }

  Bootstrap ratio(String model) {
    double[] drawn = resampled.get(model);
    return Bootstrap.of(ratio(models.get(model)), i -> drawn[i]);
  }

  /** Mean logarithm of the ratio of some models less that of others. */
  Bootstrap logDifference(Collection<String> of, Collection<String> less) {
    return Bootstrap.of(
        meanLog(of, model -> ratio(models.get(model)))
            - meanLog(less, model -> ratio(models.get(model))),
        i ->
            meanLog(of, model -> resampled.get(model)[i])
                - meanLog(less, model -> resampled.get(model)[i]));
  }

  private static double meanLog(Collection<String> names, ToDoubleFunction<String> ratio) {
    return names.stream()
        .mapToDouble(name -> StrictMath.log(ratio.applyAsDouble(name)))
        .average()
        .orElseThrow();
  }

  private static double[] resamples(List<Checkpoint> list, Randomness randomness) {
    double[] normal = new double[Bootstrap.RESAMPLES * list.size()];
    randomness.gaussian(normal, 1);
    double[] ratios = new double[Bootstrap.RESAMPLES];
    for (int resample = 0; resample < ratios.length; resample++) {
      List<Checkpoint> drawn = new ArrayList<>();
      for (Checkpoint c : list) {
        double error = c.standardError() * normal[resample * list.size() + drawn.size()];
        drawn.add(new Checkpoint(c.step(), c.perplexity() + error, c.standardError()));
      }
      ratios[resample] = ratio(drawn);
    }
    return ratios;
  }
}
