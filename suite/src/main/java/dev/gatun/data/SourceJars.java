package dev.gatun.data;

import dev.gatun.io.AtomicFile;
import dev.gatun.io.Hash;
import dev.gatun.natives.CacheFolder;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds pinned jars: beside the application, in Maven's local repository, in Gatun's cache, and
 * else in a Maven repository, from which they are fetched into the cache. A jar whose SHA-256 is
 * not the pinned one is as good as not there.
 *
 * @param folders where jars lie by their names
 * @param local a repository on this machine
 * @param remote base of a repository, without a slash at its end
 * @param cache where fetched jars are kept
 */
record SourceJars(
    Optional<Path> folder, Path local, String remote, Path cache, Consumer<String> note) {
  static final String VARIABLE = "GATUN_MAVEN_REPOSITORY";

  /** Property that names the folder of the jars that come with the application. */
  private static final String FOLDER = "gatun.text";

  private static final String CENTRAL = "https://repo.maven.apache.org/maven2";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static SourceJars ofThisProcess(Consumer<String> note) {
    String remote = System.getenv(VARIABLE);
    return new SourceJars(
        Optional.ofNullable(System.getProperty(FOLDER)).map(Path::of),
        Path.of(System.getProperty("user.home"), ".m2", "repository"),
        remote == null || remote.isBlank() ? CENTRAL : remote.strip().replaceAll("/+$", ""),
        CacheFolder.ofThisUser().resolve("text"),
        note);
  }

  /**
   * Where a jar lies now.
   *
   * @throws UnusableCorpusException if it is nowhere and cannot be fetched
   */
  Path find(SourceJar jar) {
    List<Path> places = new ArrayList<>();
    folder.ifPresent(with -> places.add(with.resolve(jar.file())));
    places.add(local.resolve(jar.path()));
    places.add(cache.resolve(jar.file()));
    var damaged = new StringBuilder();
    for (Path place : places) {
      if (Files.isRegularFile(place)) {
        if (jar.isPinned(sha256(place))) {
          return place;
        }
        damaged.append("%s is damaged (its SHA-256 is not the pinned one); ".formatted(place));
      }
    }
    return fetch(jar, damaged.toString());
  }

  private static String sha256(Path file) {
    try {
      return sha256(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UnusableCorpusException(
          "cannot read %s (%s); delete it or make it readable".formatted(file, e), e);
    }
  }

  private static String sha256(byte[] bytes) {
    MessageDigest digest = Hash.sha256();
    digest.update(bytes);
    return Hash.hex(digest);
  }

  private Path fetch(SourceJar jar, String damaged) {
    String url = remote + "/" + jar.path();
    Path target = cache.resolve(jar.file());
    note.accept("fetching " + url);
    try (HttpClient client =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NORMAL)
            .connectTimeout(PATIENCE)
            .build()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build();
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw missing(jar, damaged, "the server answers " + response.statusCode(), null);
      }
      if (!jar.isPinned(sha256(response.body()))) {
        throw missing(jar, damaged, "what came is not the pinned jar", null);
      }
      AtomicFile.write(target, response.body());
      return target;
    } catch (IOException | IllegalArgumentException e) {
      throw missing(jar, damaged, String.valueOf(e.getMessage() == null ? e : e.getMessage()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw missing(jar, damaged, "it was interrupted", e);
    }
  }

  private UnusableCorpusException missing(
      SourceJar jar, String damaged, String why, Throwable cause) {
    return new UnusableCorpusException(
        "%sthe text %s cannot be fetched from %s (%s): copy it to %s, name a repository in %s, or give --corpus <file or folder>"
            .formatted(damaged, jar.file(), remote, why, cache, VARIABLE),
        cause);
  }
}
