package dev.gatun.cli;

import dev.gatun.io.Hash;
import dev.gatun.io.Notes;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.checkpoint.CheckpointFolder;
import dev.gatun.results.Metric;
import dev.gatun.safetensors.CheckpointWeights;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A model in a folder of Hugging Face's layout.
 *
 * @param source the folder, and how it is read
 * @param model its name: the folder's, or the hub's, without what it says of training
 * @param stage of training that the name states
 * @param step of training that the name states; empty if it states none
 */
record StoredCheckpoint(
    CheckpointFolder source,
    String model,
    Optional<String> stage,
    OptionalLong step,
    TransformerConfig config) {
  private static final String CONFIG = "config.json";

  /**
   * Those in the folders, in their order; nothing but their configurations is read.
   *
   * @param folders or names of models in the hub's local cache
   * @param ignoredFields unknown fields of configurations that are passed over
   * @throws IllegalArgumentException if a folder is missing, or two are of equal name
   * @throws dev.gatun.safetensors.SafetensorsException if the model is of no known architecture
   */
  static List<StoredCheckpoint> of(List<Path> folders, Set<String> ignoredFields) {
    List<StoredCheckpoint> checkpoints = new ArrayList<>();
    for (Path folder : folders) {
      checkpoints.add(of(folder, ignoredFields));
    }
    for (int i = 0; i < checkpoints.size(); i++) {
      StoredCheckpoint one = checkpoints.get(i);
      if (checkpoints.subList(0, i).stream().anyMatch(other -> other.name().equals(one.name()))) {
        checkpoints.set(i, one.named(parentName(one.folder()) + "/" + one.model));
      }
    }
    requireDifferent(checkpoints);
    return checkpoints;
  }

  /** What a folder of results of all of them is named. */
  static String fileName(List<StoredCheckpoint> all) {
    String others = all.size() == 1 ? "" : "-and-%s-more".formatted(all.size() - 1);
    return (all.getFirst().name() + others).replaceAll("[^A-Za-z0-9._-]+", "-");
  }

  private static void requireDifferent(List<StoredCheckpoint> checkpoints) {
    Set<String> seen = new TreeSet<>();
    for (StoredCheckpoint checkpoint : checkpoints) {
      if (!seen.add(checkpoint.name())) {
        throw new IllegalArgumentException(
            "%s is the second folder named %s; name each model once"
                .formatted(checkpoint.folder(), checkpoint.name()));
      }
    }
  }

  private static StoredCheckpoint of(Path folder, Set<String> ignoredFields) {
    if (Files.exists(folder.resolve(CONFIG))) {
      return of(folder, HubCache.in(folder), ignoredFields);
    }
    Optional<HubCache.Found> cached =
        Files.isDirectory(folder)
            ? HubCache.in(folder)
            : Files.exists(folder)
                ? Optional.empty()
                : HubCache.of(System.getenv()).named(folder.toString());
    if (cached.isPresent()) {
      return of(cached.get().folder(), cached, ignoredFields);
    }
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "%s: %s; name a model folder in Hugging Face's layout, with config.json and *.safetensors, or a model of the hub that %s holds"
              .formatted(
                  folder,
                  Files.exists(folder) ? "not a folder" : "there is no such folder",
                  HubCache.of(System.getenv()).root()));
    }
    throw new IllegalArgumentException(
        "%s has no %s; name a model folder in Hugging Face's layout".formatted(folder, CONFIG));
  }

  private static StoredCheckpoint of(
      Path folder, Optional<HubCache.Found> cached, Set<String> ignoredFields) {
    // What is missing is told before what is not supported.
    CheckpointWeights.requirePresent(folder);
    var source = new CheckpointFolder(folder, ignoredFields, new Notes());
    TransformerConfig config = source.config();
    TrainingStep said =
        cached.map(StoredCheckpoint::said).orElseGet(() -> TrainingStep.of(lastName(folder)));
    String model = said.model().isEmpty() ? parentName(folder) : said.model();
    return new StoredCheckpoint(source, model, said.stage(), said.step(), config);
  }

  /** What the revision says, or else the name. */
  private static TrainingStep said(HubCache.Found found) {
    if (found.revision().isEmpty()) {
      return TrainingStep.of(found.name());
    }
    String revision = found.revision().get();
    TrainingStep ofRevision = TrainingStep.of(revision);
    String rest = ofRevision.model().isEmpty() ? "" : "@" + ofRevision.model();
    return new TrainingStep(found.name() + rest, ofRevision.stage(), ofRevision.step());
  }

  private static String lastName(Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? folder.toString() : name.toString();
  }

  private static String parentName(Path folder) {
    Path parent = folder.toAbsolutePath().normalize().getParent();
    return parent == null || parent.getFileName() == null ? "model" : lastName(parent);
  }

  private StoredCheckpoint named(String other) {
    return new StoredCheckpoint(source, other, stage, step, config);
  }

  Path folder() {
    return source.path();
  }

  /** The model and the stage: steps of different stages are not steps of one run. */
  String arm() {
    return stage.map(s -> model + " " + s).orElse(model);
  }

  String name() {
    return step.isEmpty() ? arm() : arm() + " step " + step.getAsLong();
  }

  /** The step under which the evidence has it. */
  long evidenceStep() {
    return step.orElse(Metric.NO_STEP);
  }

  /** Numbers stored in the weights files; a tied head's are there once. */
  long parameters() {
    try (CheckpointWeights weights = CheckpointWeights.open(folder(), source.notes())) {
      return weights.names().stream().mapToLong(weights::size).sum();
    }
  }

  /** SHA-256 of config.json and of every weights file: each file's name, a zero byte, its bytes. */
  String sha256() {
    try (CheckpointWeights weights = CheckpointWeights.open(folder(), source.notes())) {
      Set<Path> files =
          weights.names().stream()
              .map(weights::file)
              .collect(Collectors.toCollection(TreeSet::new));
      files.add(folder().resolve(CONFIG));
      MessageDigest digest = Hash.sha256();
      for (Path file : files) {
        digest.update(file.getFileName().toString().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        update(digest, file);
      }
      return Hash.hex(digest);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
  }
}
