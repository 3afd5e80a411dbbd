/** B7: what theorem 5.3 of arXiv 2404.07647 says, on synthetic ideal heads of known spectra. */
package dev.gatun.claims.theorem;
