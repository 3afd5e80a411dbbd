/**
 * What other programs may call. It changes with a note in the changelog alone; everything else may
 * change at any time.
 */
package dev.gatun.api;
