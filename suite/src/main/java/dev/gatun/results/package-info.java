/**
 * Evidence, expected values and verdicts: records, their Arrow files, and the rules that judge one
 * by the other. Knows nothing of training.
 */
package dev.gatun.results;
