package dev.gatun.model;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** How positions enter a model. */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "is")
public sealed interface Positions {
  /** They do not enter. */
  record None() implements Positions {}

  /**
   * A learned vector per position, added to the embedding.
   *
   * @param offset rows of the table before that of the first position
   */
  record Learned(int offset) implements Positions {
    /** From the first row on. */
    public Learned() {
      this(0);
    }
  }

  /**
   * Rotary embedding of queries and keys (Su et al., arXiv 2104.09864): pair j of the turned
   * elements turns by position·f(theta^(−2j/turned)), f being the scaling.
   *
   * @param theta base of the wavelengths
   * @param fraction of each head's elements that turn, the first ones; the others stay
   * @param scaling what a longer context does to the frequencies
   */
  record Rotary(double theta, double fraction, Scaling scaling) implements Positions {
    /** Checks the numbers. */
    public Rotary {
      if (!(theta > 0)) {
        throw new IllegalArgumentException("rotary theta must be positive, not " + theta);
      }
      if (!(fraction > 0 && fraction <= 1)) {
        throw new IllegalArgumentException(
            "the rotary fraction must be above 0 and at most 1, not " + fraction);
      }
    }

    /** Of whole heads, not scaled. */
    public Rotary(double theta) {
      this(theta, 1, new Unscaled());
    }

    /** Elements of a head that turn, before an odd number of them is made even. */
    int turned(int headWidth) {
      return (int) (headWidth * fraction);
    }

    /** Pairs of elements of a head that turn; an odd number of elements takes one more in. */
    int pairs(int headWidth) {
      return (turned(headWidth) + 1) / 2;
    }

    /**
     * Refuses a head of which nothing, or half a pair, would turn, and a scaling that has not one
     * factor for each pair.
     */
    void requireFits(int headWidth) {
      if (2 * pairs(headWidth) > headWidth) {
        throw new IllegalArgumentException(
            "rotary positions need an even head width, not " + headWidth);
      }
      if (pairs(headWidth) == 0) {
        throw new IllegalArgumentException(
            "a rotary fraction of %s turns nothing of a head width of %s"
                .formatted(fraction, headWidth));
      }
      if (scaling instanceof LongRope longRope) {
        longRope.requirePairs(pairs(headWidth));
      }
    }

    /** Angle of pair j per position in sequences of a length, in radians. */
    double frequency(int j, int headWidth, int length) {
      return scaling.scaled(StrictMath.pow(theta, -2.0 * j / turned(headWidth)), j, length);
    }
  }

  /** What a longer context than that of the first training does to rotary frequencies. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "is")
  sealed interface Scaling {
    /**
     * The frequency to use, in radians per position.
     *
     * @param frequency of the pair, not scaled
     * @param pair its number
     * @param length of the sequences, in tokens
     */
    double scaled(double frequency, int pair, int length);

    /** What cosines and sines are multiplied by. */
    default double amplitude() {
      return 1;
    }
  }

  /** Frequencies as they are. */
  record Unscaled() implements Scaling {
    @Override
    public double scaled(double frequency, int pair, int length) {
      return frequency;
    }
  }

  /** All divided by a factor (position interpolation; Chen et al., arXiv 2306.15595). */
  record Linear(double factor) implements Scaling {
    /** Checks the factor. */
    public Linear {
      requirePositive("factor", factor);
    }

    @Override
    public double scaled(double frequency, int pair, int length) {
      return frequency / factor;
    }
  }

  /**
   * As in Llama 3 (Dubey et al., arXiv 2407.21783): of wavelengths longer than context/lowFactor
   * the frequencies are divided by the factor, shorter ones than context/highFactor stay, and
   * between the two they are blended, linearly in the number of turns in a context.
   *
   * @param factor of the longest wavelengths
   * @param lowFactor turns in the context of the first training, up to which all of the factor is
   *     applied
   * @param highFactor turns from which nothing is
   * @param context of the first training, in tokens
   */
  record Llama3(double factor, double lowFactor, double highFactor, int context)
      implements Scaling {
    /** Checks the numbers. */
    public Llama3 {
      requirePositive("factor", factor);
      requirePositive("low frequency factor", lowFactor);
      requirePositive("original context", context);
      if (!(highFactor > lowFactor)) {
        throw new IllegalArgumentException(
            "the rotary scaling's high frequency factor must be above the low one, %s, not %s"
                .formatted(lowFactor, highFactor));
      }
    }

    @Override
    public double scaled(double frequency, int pair, int length) {
      double turns = context * frequency / (2 * Math.PI);
      double kept = Math.clamp((turns - lowFactor) / (highFactor - lowFactor), 0, 1);
      return (1 - kept) * frequency / factor + kept * frequency;
    }
  }

  /**
   * As in Phi-3 (LongRoPE; Ding et al., arXiv 2402.13753): the frequency of each pair is divided by
   * a factor of its own, one in sequences up to the length of the first training and another in
   * longer ones.
   *
   * @param shortFactors of sequences up to that length
   * @param longFactors of longer ones
   * @param context of the first training, in tokens
   * @param amplitude what cosines and sines are multiplied by, in sequences of any length
   */
  record LongRope(
      List<Double> shortFactors, List<Double> longFactors, int context, double amplitude)
      implements Scaling {
    /** Checks the numbers. */
    public LongRope {
      shortFactors = List.copyOf(shortFactors);
      longFactors = List.copyOf(longFactors);
      shortFactors.forEach(factor -> requirePositive("short factor", factor));
      longFactors.forEach(factor -> requirePositive("long factor", factor));
      requirePositive("original context", context);
      requirePositive("attention factor", amplitude);
    }

    private void requirePairs(int pairs) {
      if (shortFactors.size() != pairs || longFactors.size() != pairs) {
        throw new IllegalArgumentException(
            "the rotary scaling has %s short and %s long factors for %s pairs"
                .formatted(shortFactors.size(), longFactors.size(), pairs));
      }
    }

    @Override
    public double scaled(double frequency, int pair, int length) {
      return frequency / (length > context ? longFactors : shortFactors).get(pair);
    }
  }

  private static void requirePositive(String what, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(
          "the rotary scaling's " + what + " must be positive, not " + value);
    }
  }
}
