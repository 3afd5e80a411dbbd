/**
 * B6: the exact spectrum of the matrix of empirical next-token distributions, from n-grams counted
 * in bounded memory.
 */
package dev.gatun.claims.ngram;
