/**
 * Numbers published elsewhere, bound to records. Their files and sources are listed in {@code
 * results/facts/README.md}.
 */
package dev.gatun.facts;
