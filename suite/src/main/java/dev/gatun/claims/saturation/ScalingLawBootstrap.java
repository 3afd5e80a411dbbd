package dev.gatun.claims.saturation;

import dev.gatun.data.Randomness;
import dev.gatun.facts.LossPoint;
import dev.gatun.facts.ScalingLaw;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * How sure the mean excess over the scaling law is. Each resample moves what was read off the
 * figure by an error that all its points share, as of the axis' calibration, and by one of each
 * point's own, both uniform within ±the {@linkplain SaturationFigure#readingError reading error}:
 * the facts state that half-width and not which of the two it is, so that this is the wider
 * reading.
 *
 * <p>Under the refitted law A is fitted anew to points of the larger model's curve that are drawn
 * with replacement. The printed A and α, which the paper fitted, are rounded: what that alone could
 * do is added in {@link #roundedLaw}, where they are uniform within the rounding of their last
 * digit. B, β and E are those of Hoffmann et al. as printed there.
 */
final class ScalingLawBootstrap {
  private static final double A_ROUNDING = 0.005;
  private static final double ALPHA_ROUNDING = 0.0005;

  private final ScalingLaw law;
  private final double readingError;
  private final List<LossPoint> larger;
  private final Randomness randomness;

  /**
   * For the models of a figure.
   *
   * @param larger the model whose curve A is refitted to
   */
  ScalingLawBootstrap(SaturationFigure figure, String larger, long seed) {
    this.law = figure.law();
    this.readingError = figure.readingError();
    this.larger = figure.curves().get(larger);
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
  Bootstrap refit(List<LossPoint> points) {
    return resampled(points, law.refitA(larger), this::refitted);
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

  Bootstrap refitA() {
    return Bootstrap.of(
        law.refitA(larger).a(),
        i -> {
          RandomGenerator draw = generator(i);
          return refitted(uniform(draw, readingError), draw).a();
        });
  }

  private ScalingLaw refitted(double calibration, RandomGenerator draw) {
    List<LossPoint> drawn =
        IntStream.range(0, larger.size())
            .mapToObj(_ -> larger.get(draw.nextInt(larger.size())))
            .toList();
    return law.refitA(read(drawn, calibration, draw));
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
