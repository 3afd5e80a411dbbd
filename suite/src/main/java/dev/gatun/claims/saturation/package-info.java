/**
 * B1 to B4: whether small models saturate. B1 and B2 judge published results; B3 and B4 read one
 * experiment, in which small models of growing width are trained on the same tokens.
 */
package dev.gatun.claims.saturation;
