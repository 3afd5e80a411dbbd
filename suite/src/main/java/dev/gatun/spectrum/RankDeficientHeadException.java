package dev.gatun.spectrum;

/** The columns of head weights are linearly dependent, so that D is not the head's dimension. */
public final class RankDeficientHeadException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a one-line message. */
  public RankDeficientHeadException(String message) {
    super(message);
  }
}
