/**
 * A6: whether a trivial pattern, one symbol repeated, becomes unlearnable as the vocabulary grows.
 */
package dev.gatun.claims.spamlang;
