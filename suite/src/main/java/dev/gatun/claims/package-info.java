/**
 * All claims. Each experiment behind them has a package below this one, with the claims that read
 * it. They record every number as evidence and judge nothing: {@code dev.gatun.results} computes
 * verdicts from the evidence and from expected values that are data.
 */
package dev.gatun.claims;
