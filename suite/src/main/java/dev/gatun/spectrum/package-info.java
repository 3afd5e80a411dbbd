/**
 * Exact spectra of matrices seen in chunks, and what a language-model head does to the logit
 * gradient: its projection, the logit step that it induces, the leverage of its rows. Everything is
 * f64 and calls {@link dev.gatun.backend.Backend} alone.
 *
 * <p>Notation: N contexts, V tokens, D hidden width; H [N, D] head inputs, W [V, D] head weights, G
 * [N, V] logit gradient, P_W the orthogonal projector on the column space of W. Norms are Frobenius
 * and unsquared; a squared norm is called energy.
 */
package dev.gatun.spectrum;
