package dev.gatun.results;

/** What a check of a claim is about. */
public enum CheckRole {
  /** What the claim states, or a control of how it was measured. */
  CLAIM,
  /** What the paper gives as the reason, put as what it would predict; never gates. */
  CAUSE,
  /** What would have to hold for the number to say more than its null or control; never gates. */
  BEYOND_NULL
}
