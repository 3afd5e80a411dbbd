/**
 * B5 and B8: heads of bounded rank on the frozen backbone of a trained language model, all of them
 * trained side by side in one pass over its hidden states.
 */
package dev.gatun.claims.frozen;
