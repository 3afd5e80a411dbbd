package dev.gatun.results.comparison;

import dev.gatun.results.CheckKind;
import dev.gatun.results.Steps;
import dev.gatun.results.StudentInterval;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One metric of a claim on two machines, wherever both or one of them measured it.
 *
 * @param steps which steps it is about, as metrics have another tolerance before and after training
 * @param kind the rule of the comparison; empty if no tolerance is stated
 * @param places at least one; each arm and step, and for point kinds each seed
 */
public record MetricComparison(
    String claim,
    String metric,
    Steps steps,
    Optional<CheckKind> kind,
    String unit,
    List<Place> places) {

  /**
   * The comparison at one place.
   *
   * @param site arm and step, and for point kinds the seed: the same in every comparison
   * @param where as much, and of how many seeds or of which value of a spectrum
   * @param first the value; NaN if there is none
   * @param other the value; NaN if there is none
   * @param difference the other value less the first
   * @param bound how large the difference may be; NaN if they cannot be compared
   * @param reason one line that says why
   */
  public record Place(
      String site,
      String where,
      Value first,
      Value other,
      Value difference,
      double bound,
      Agreement agreement,
      String reason) {

    /** How much of the tolerance is used; what is not comparable uses none. */
    private double share() {
      double size = Math.abs(difference.value()) + difference.halfWidth();
      return size == 0 || Double.isNaN(size) ? 0 : size / bound;
    }
  }

  /**
   * A number and the half-width of its interval: Student's over seeds, or of the measurement's own
   * error; 0 if there is none.
   */
  public record Value(double value, double halfWidth) {
    /** No value. */
    public static final Value NONE = new Value(Double.NaN, 0);

    /** Mean over seeds, and the half-width of its interval; none of a single seed. */
    static Value over(double... values) {
      if (values.length < 2) {
        return values.length == 0 ? NONE : new Value(values[0], 0);
      }
      var interval = StudentInterval.of(values);
      return new Value(interval.mean(), interval.halfWidth());
    }
  }

  /** Why effects of a single seed are inconclusive. */
  public static final String ONE_SEED = "one seed gives no interval";

  private static final Comparator<Place> WORST_FIRST =
      Comparator.comparing(Place::agreement)
          .thenComparing(Comparator.comparingDouble(Place::share).reversed());

  /** Keeps a copy of the list, which is sorted, the worst first. */
  public MetricComparison {
    places = places.stream().sorted(WORST_FIRST).toList();
  }

  /** What decides: the place that agrees least. */
  public Place worst() {
    return places.getFirst();
  }

  /** The comparison at a site; empty if it was not compared there. */
  public Optional<Place> at(String site) {
    return places.stream().filter(place -> place.site().equals(site)).findFirst();
  }

  /** Whether the metric agrees everywhere. */
  public Agreement agreement() {
    return worst().agreement();
  }
}
