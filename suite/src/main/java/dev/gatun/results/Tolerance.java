package dev.gatun.results;

import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * How near some metrics must come on two machines, as an entry of {@code results/tolerances.toml}
 * states it. The keys there are these names in snake case; those that have a default may be left
 * out.
 *
 * <p>Point kinds allow each value {@code within + roundings·u·max(|a|, |b|, scale)}, where u is the
 * unit roundoff of f64, or for {@code implementation} of the coarser of the two math modes; of a
 * spectrum, the greatest singular value stands for |a| and |b|. A {@code statistical} metric agrees
 * if Student's 95 % interval of the mean difference lies in ±{@code within}.
 *
 * @param metrics names of metrics or spectra; one that ends in {@code @} is of all points of a
 *     curve, which are named {@code <curve>@<x>}; those of the centred head, {@code
 *     <metric>_centred}, go with those of the head
 * @param claims claims that measure them; any by default
 * @param tiers tiers that they are measured at; any by default
 * @param steps {@code untrained}, {@code trained} or, by default, all
 * @param kind the rule by which they are compared
 * @param within absolute; 0 by default
 * @param roundings number of roundings; 0 by default
 * @param scale least magnitude that roundings are relative to, for differences of larger numbers; 0
 *     by default
 * @param reason why the tolerance is what it is
 * @param history one line per change
 */
public record Tolerance(
    List<String> metrics,
    List<String> claims,
    List<String> tiers,
    Steps steps,
    CheckKind kind,
    Double within,
    Double roundings,
    Double scale,
    String reason,
    List<String> history) {

  /** Fills in the defaults; a missing key is an {@link IllegalArgumentException} naming it. */
  public Tolerance {
    metrics = List.copyOf(require(metrics, "metrics"));
    claims = claims == null ? List.of() : List.copyOf(claims);
    tiers = tiers == null ? List.of() : List.copyOf(tiers);
    steps = Objects.requireNonNullElse(steps, Steps.ALL);
    if (steps != Steps.ALL && steps != Steps.UNTRAINED && steps != Steps.TRAINED) {
      throw new IllegalArgumentException("steps of a tolerance are all, untrained or trained");
    }
    require(kind, "kind");
    within = Objects.requireNonNullElse(within, 0.0);
    roundings = Objects.requireNonNullElse(roundings, 0.0);
    scale = Objects.requireNonNullElse(scale, 0.0);
    require(reason, "reason");
    history = List.copyOf(require(history, "history"));
    requireFit(metrics, kind, within, roundings, scale);
  }

  private static void requireFit(
      List<String> metrics, CheckKind kind, double within, double roundings, double scale) {
    if (!(within >= 0 && roundings >= 0 && scale >= 0)) {
      throw new IllegalArgumentException("the tolerance of " + metrics + " has a negative number");
    }
    boolean fits =
        switch (kind) {
          case EXACT -> within == 0 && roundings == 0;
          case STATISTICAL -> within > 0 && roundings == 0;
          case ALGEBRA, IMPLEMENTATION, PUBLISHED -> within > 0 || roundings > 0;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "the tolerance of %s does not fit its kind: exact takes no number, statistical takes within, the others within or roundings"
              .formatted(metrics));
    }
  }

  private static <T> T require(T value, String key) {
    if (value == null) {
      throw new IllegalArgumentException("a tolerance lacks the key " + key);
    }
    return value;
  }

  /** Whether it is the tolerance of one of these metrics of a run at a step. */
  boolean isOf(Run run, List<String> names, long step) {
    return !Collections.disjoint(metrics, names)
        && (claims.isEmpty() || claims.contains(run.claim()))
        && (tiers.isEmpty() || tiers.contains(run.tier()))
        && steps.includes(step, step);
  }
}
