package dev.gatun.data;

/**
 * A jar of sources in a Maven repository.
 *
 * @param artifact as {@code group:name:version}
 * @param licence its SPDX identifier
 */
record SourceJar(String artifact, String sha256, String licence) {
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
