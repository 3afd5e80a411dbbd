package dev.gatun.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Models in the local cache of Hugging Face's hub, which keeps {@code org/name} as {@code
 * models--org--name}, with {@code refs/<revision>} holding the name of a folder in {@code
 * snapshots}. Nothing is ever downloaded.
 *
 * @param root the folder of all models
 */
record HubCache(Path root) {
  private static final String PREFIX = "models--";
  private static final String MAIN = "main";
  private static final String SNAPSHOTS = "snapshots";
  private static final Pattern NAME = Pattern.compile("((?:[\\w.-]+/)?[\\w.-]+)(?:@([\\w./-]+))?");

  /**
   * A model of the hub.
   *
   * @param folder with its files
   * @param name as {@code org/name}
   * @param revision empty if it is {@code main}, or not known
   */
  record Found(Path folder, String name, Optional<String> revision) {}

  /** Where the hub's own tools keep it. */
  static HubCache of(Map<String, String> environment) {
    Optional<Path> cache =
        Stream.of("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")
            .flatMap(name -> set(environment, name).stream())
            .findFirst();
    Path home =
        set(environment, "HF_HOME")
            .orElseGet(() ->
                set(environment, "XDG_CACHE_HOME")
                    .orElse(Path.of(System.getProperty("user.home"), ".cache"))
                    .resolve("huggingface"));
    return new HubCache(cache.orElse(home.resolve("hub")));
  }

  private static Optional<Path> set(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank()).map(Path::of);
  }

  /**
   * The model of {@code org/name} or {@code org/name@revision}; empty if the text is no such name.
   *
   * @throws IllegalArgumentException if it is one, and the cache does not have it
   */
  Optional<Found> named(String text) {
    Matcher name = NAME.matcher(text);
    if (!name.matches()) {
      return Optional.empty();
    }
    Path model = root.resolve(PREFIX + name.group(1).replace("/", "--"));
    if (!Files.isDirectory(model)) {
      return Optional.empty();
    }
    return Optional.of(revision(model, Optional.ofNullable(name.group(2))));
  }

  /**
   * The model that a folder of a cache stands for: the folder of a model, or of one snapshot; empty
   * if it is neither.
   *
   * @throws IllegalArgumentException if it is the folder of a model without snapshots, or with
   *     several and no {@code main}
   */
  static Optional<Found> in(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    if (isModel(absolute) && Files.isDirectory(absolute.resolve(SNAPSHOTS))) {
      return Optional.of(revision(absolute, Optional.empty()));
    }
    Path parent = absolute.getParent();
    if (parent == null || !parent.endsWith(SNAPSHOTS) || !isModel(parent.getParent())) {
      return Optional.empty();
    }
    Path model = parent.getParent();
    String snapshot = absolute.getFileName().toString();
    return Optional.of(new Found(folder, name(model), revisionOf(model, snapshot)));
  }

  private static boolean isModel(Path folder) {
    return folder != null
        && folder.getFileName() != null
        && folder.getFileName().toString().startsWith(PREFIX);
  }

  private static String name(Path model) {
    return model.getFileName().toString().substring(PREFIX.length()).replace("--", "/");
  }

  private static Found revision(Path model, Optional<String> wanted) {
    String revision = wanted.orElse(MAIN);
    Path snapshots = model.resolve(SNAPSHOTS);
    Optional<Path> snapshot =
        reference(model, revision)
            .or(() -> Optional.of(revision))
            .map(snapshots::resolve)
            .filter(Files::isDirectory);
    if (snapshot.isEmpty() && wanted.isEmpty()) {
      List<Path> all = list(snapshots);
      snapshot = all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }
    return new Found(
        snapshot.orElseThrow(() ->
            new IllegalArgumentException(
                "%s has no snapshot of %s; fetch it with `hf download %s --revision %s`, or name one of its %s folders in %s"
                    .formatted(
                        model,
                        revision,
                        name(model),
                        revision,
                        list(snapshots).size(),
                        SNAPSHOTS))),
        name(model),
        Optional.of(revision).filter(r -> !r.equals(MAIN)));
  }

  /** The name of the snapshot that a revision stands for. */
  private static Optional<String> reference(Path model, String revision) {
    Path file = model.resolve("refs").resolve(revision).normalize();
    if (!file.startsWith(model.normalize()) || !Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The revision that a snapshot was fetched as; empty if that is {@code main}, or not known. */
  private static Optional<String> revisionOf(Path model, String snapshot) {
    return list(model.resolve("refs")).stream()
        .map(file -> file.getFileName().toString())
        .filter(revision -> !revision.equals(MAIN))
        .filter(revision -> reference(model, revision).filter(snapshot::equals).isPresent())
        .findFirst();
  }

  private static List<Path> list(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
