package dev.gatun.backend;

/**
 * Device memory held by open scopes.
 *
 * @param bytes held now
 * @param peakBytes the most held at once since the backend was opened or the peak was reset, the
 *     backend's own scratch memory included
 */
public record MemoryUse(long bytes, long peakBytes) {}
