/** B1 and B2: whether small models end worse than they were, from published results. */
package dev.gatun.claims.saturation;
