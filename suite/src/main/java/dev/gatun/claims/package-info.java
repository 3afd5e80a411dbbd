/**
 * The papers' claims, one class each: runs its experiment on a {@link dev.gatun.backend.Backend}
 * and records every number as evidence. Verdicts are not made here: {@code dev.gatun.results}
 * computes them from the evidence and from expected values that are data.
 */
package dev.gatun.claims;
