/**
 * G1: what of the logit gradient is signal and what is label noise, where the source of the text is
 * known.
 */
package dev.gatun.claims.signal;
