/**
 * A7, A8, C1 to C3 and H1: what heads of lower rank or of other form, with another backward pass or
 * with classes that never occur, do to the training of the same backbone.
 */
package dev.gatun.claims.heads;
