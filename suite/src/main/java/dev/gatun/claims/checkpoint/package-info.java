/** Claims that are judged on published models, as {@code gatun measure} measures their folders. */
package dev.gatun.claims.checkpoint;
