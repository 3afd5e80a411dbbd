package dev.gatun.claims.saturation;

import dev.gatun.data.Randomness;
import dev.gatun.facts.LossPoint;
import dev.gatun.facts.ScalingLaw;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * How sure the mean excess over the scaling law is. Each resample moves what was read off the
 * figure by an error that all its points share, as of the axis' calibration, and by one of each
 * point's own, both uniform within ±the {@linkplain SaturationFigure#readingError reading error}:
 * the facts state that half-width and not which of the two it is, so that this is the wider
 * reading.
 *
 * <p>Under a refitted law the fit is made anew, to points that are drawn with replacement in blocks
 * of {@value #BLOCK} neighbours of one curve: what a curve is off by at one checkpoint it is off by
 * at the next. The printed A and α, which the paper fitted, are rounded: what that alone could do
 * is added in {@link #roundedLaw}, where they are uniform within the rounding of their last digit.
 * B, β and E are those of Hoffmann et al. as printed there.
 */
final class ScalingLawBootstrap {
  private static final int BLOCK = 7;
  private static final double A_ROUNDING = 0.005;
  private static final double ALPHA_ROUNDING = 0.0005;

  private final ScalingLaw law;
  private final double readingError;
  private final List<List<LossPoint>> larger;
  private final List<List<LossPoint>> unsaturated;
  private final Randomness randomness;

  /**
   * For the models of a figure.
   *
   * @param larger the model whose curve A is refitted to
   */
  ScalingLawBootstrap(SaturationFigure figure, String larger, long seed) {
    this.law = figure.law();
    this.readingError = figure.readingError();
    this.larger = List.of(figure.curves().get(larger));
    this.unsaturated = figure.unsaturated();
    this.randomness = Randomness.of(seed).stream("scaling law bootstrap");
  }

  /** Mean excess over the law as printed. */
  Bootstrap printedLaw(List<LossPoint> points) {
    return resampled(points, law, (_, _) -> law);
  }

  /** Mean excess over laws that are printed as this one. */
  Bootstrap roundedLaw(List<LossPoint> points) {
    return resampled(
        points,
        law,
        (_, draw) ->
            new ScalingLaw(
                law.a() + uniform(draw, A_ROUNDING),
                law.alpha() + uniform(draw, ALPHA_ROUNDING),
                law.b(),
                law.beta(),
                law.irreducible()));
  }

  /** Mean excess over the law whose A is fitted to the larger model. */
  Bootstrap refitOfA(List<LossPoint> points) {
    return resampled(points, law.refitA(joined(larger)), this::withA);
  }

  /** Mean excess over the law whose A and α are fitted to all models before they saturate. */
  Bootstrap refitOfBoth(List<LossPoint> points) {
    return resampled(points, law.refit(joined(unsaturated)), this::withBoth);
  }

  /** A law of a resample, from its calibration error. */
  private interface LawOfResample {
    ScalingLaw draw(double calibration, RandomGenerator draw);
  }

  private Bootstrap resampled(List<LossPoint> points, ScalingLaw asItStands, LawOfResample laws) {
    return Bootstrap.of(
        asItStands.meanExcess(points),
        i -> {
          RandomGenerator draw = generator(i);
          double calibration = uniform(draw, readingError);
          return laws.draw(calibration, draw).meanExcess(read(points, calibration, draw));
        });
  }

  Bootstrap fittedA() {
    return fitted(law.refitA(joined(larger)), this::withA, ScalingLaw::a);
  }

  Bootstrap fittedAlpha() {
    return fitted(law.refit(joined(unsaturated)), this::withBoth, ScalingLaw::alpha);
  }

  private Bootstrap fitted(
      ScalingLaw asItStands, LawOfResample laws, ToDoubleFunction<ScalingLaw> constant) {
    return Bootstrap.of(
        constant.applyAsDouble(asItStands),
        i -> {
          RandomGenerator draw = generator(i);
          return constant.applyAsDouble(laws.draw(uniform(draw, readingError), draw));
        });
  }

  private ScalingLaw withA(double calibration, RandomGenerator draw) {
    return law.refitA(read(blocks(larger, draw), calibration, draw));
  }

  private ScalingLaw withBoth(double calibration, RandomGenerator draw) {
    return law.refit(read(blocks(unsaturated, draw), calibration, draw));
  }

  private static List<LossPoint> joined(List<List<LossPoint>> curves) {
    return curves.stream().flatMap(List::stream).toList();
  }

  /** As many points of each curve as it has, in blocks. */
  private static List<LossPoint> blocks(List<List<LossPoint>> curves, RandomGenerator draw) {
    List<LossPoint> drawn = new ArrayList<>();
    for (List<LossPoint> curve : curves) {
      int block = Math.min(BLOCK, curve.size());
      int wanted = drawn.size() + curve.size();
      while (drawn.size() < wanted) {
        int first = draw.nextInt(curve.size() - block + 1);
        int size = Math.min(block, wanted - drawn.size());
        drawn.addAll(curve.subList(first, first + size));
      }
    }
    return drawn;
  }

  private List<LossPoint> read(List<LossPoint> points, double calibration, RandomGenerator draw) {
    return points.stream().map(p -> p.plus(calibration + uniform(draw, readingError))).toList();
  }

  private static double uniform(RandomGenerator draw, double halfWidth) {
    return (2 * draw.nextDouble() - 1) * halfWidth;
  }

  private RandomGenerator generator(int resample) {
    return randomness.stream(resample).generator();
  }
}
