package dev.gatun.data;

/**
 * A jar of sources in a Maven repository.
 *
 * @param artifact as {@code group:name:version}
 * @param plain SHA-256 of the jar with the same entries, none of them compressed, as `make bundle`
 *     packs them; null where it packs none
 * @param licence its SPDX identifier
 */
record SourceJar(String artifact, String sha256, String plain, String licence) {
  /** Whether a file with this SHA-256 holds what was pinned. */
  boolean isPinned(String hash) {
    return hash.equals(sha256) || hash.equals(plain);
  }

  /** In a repository, below its base. */
  String path() {
    String[] parts = artifact.split(":");
    return "%s/%s/%s/%s".formatted(parts[0].replace('.', '/'), parts[1], parts[2], file());
  }

  String file() {
    String[] parts = artifact.split(":");
    return "%s-%s-sources.jar".formatted(parts[1], parts[2]);
  }
}
