package dev.gatun.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How attention differs from softmax(QKᵀ/√headWidth)·V over all tokens so far.
 *
 * @param scoreVariance the scores QKᵀ are divided by its square root; usually the head width
 * @param byLayer whether layer l, counted from 0, divides its scores by l + 1 as well
 * @param scoreCap c, which then makes c·tanh(s/c) of a score s
 * @param others layers that differ from the rest
 * @param clip c, which then makes min(max(x, −c), c) of each element x of queries, keys and values,
 *     before any norm and positions; left out of JSON where there is none
 */
public record AttentionForm(
    double scoreVariance,
    boolean byLayer,
    OptionalDouble scoreCap,
    OtherLayers others,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) OptionalDouble clip) {
  /** Checks the numbers. */
  public AttentionForm {
    if (!(scoreVariance > 0) || !(scoreCap.orElse(1) > 0)) {
      throw new IllegalArgumentException(
          "the scores' variance, %s, and their cap, %s, must be positive"
              .formatted(scoreVariance, scoreCap.isPresent() ? scoreCap.getAsDouble() : "none"));
    }
    if (clip.isPresent() && !(clip.getAsDouble() > 0)) {
      throw new IllegalArgumentException(
          "queries, keys and values can only be clipped at a positive number, not "
              + clip.getAsDouble());
    }
  }

  /** Every layer divides its scores by the same number, and nothing is clipped. */
  public AttentionForm(double scoreVariance, OptionalDouble scoreCap, OtherLayers others) {
    this(scoreVariance, false, scoreCap, others, OptionalDouble.empty());
  }

  /** The same with queries, keys and values clipped. */
  public AttentionForm clippedAt(OptionalDouble limit) {
    return new AttentionForm(scoreVariance, byLayer, scoreCap, others, limit);
  }

  double scoreVariance(int layer) {
    return byLayer ? scoreVariance * (layer + 1) * (layer + 1) : scoreVariance;
  }

  /** As usual, in heads of this width. */
  public static AttentionForm usual(int headWidth) {
    return new AttentionForm(headWidth, OptionalDouble.empty(), OtherLayers.NONE);
  }

  /** As usual but in some layers. */
  public static AttentionForm usual(int headWidth, OtherLayers others) {
    return new AttentionForm(headWidth, OptionalDouble.empty(), others);
  }

  /**
   * Layers whose attention differs from the rest.
   *
   * @param layers their numbers
   * @param positions how positions enter them
   * @param window tokens that a query sees there: its own, and those just before it
   */
  public record OtherLayers(List<Integer> layers, Positions positions, OptionalInt window) {
    /** No layer differs from the others. */
    public static final OtherLayers NONE =
        new OtherLayers(List.of(), new Positions.None(), OptionalInt.empty());
  }
}
