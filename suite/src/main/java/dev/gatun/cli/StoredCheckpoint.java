package dev.gatun.cli;

import dev.gatun.io.Hash;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.checkpoint.Checkpoint;
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
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A model in a folder of Hugging Face's layout.
 *
 * @param model its name: the folder's without a training step
 * @param step of training that the folder's name ends in, as {@code step1000} or {@code
 *     checkpoint-500}; 0 if it states none
 */
record StoredCheckpoint(Path folder, String model, long step, TransformerConfig config) {
  private static final Pattern STEP =
      Pattern.compile(
          "(.*?)[-_.]?(?:step|checkpoint|iter)[-_]?(\\d{1,12})", Pattern.CASE_INSENSITIVE);

  private static final String CONFIG = "config.json";

  /**
   * Those in the folders, in their order; nothing but their configurations is read.
   *
   * @throws IllegalArgumentException if a folder is missing, or two are of equal name
   * @throws dev.gatun.safetensors.SafetensorsException if the model is of no known architecture
   */
  static List<StoredCheckpoint> of(List<Path> folders) {
    List<StoredCheckpoint> checkpoints = new ArrayList<>();
    for (Path folder : folders) {
      checkpoints.add(of(folder));
    }
    for (int i = 0; i < checkpoints.size(); i++) {
      StoredCheckpoint one = checkpoints.get(i);
      if (checkpoints.subList(0, i).stream().anyMatch(other -> other.name().equals(one.name()))) {
        checkpoints.set(i, one.named(parentName(one.folder) + "/" + one.model));
      }
    }
    requireDifferent(checkpoints);
    return checkpoints;
  }

  private static void requireDifferent(List<StoredCheckpoint> checkpoints) {
    Set<String> seen = new TreeSet<>();
    for (StoredCheckpoint checkpoint : checkpoints) {
      if (!seen.add(checkpoint.name())) {
        throw new IllegalArgumentException(
            "%s is the second folder named %s; name each model once"
                .formatted(checkpoint.folder, checkpoint.name()));
      }
    }
  }

  private static StoredCheckpoint of(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "%s: %s; name a model folder in Hugging Face's layout, with config.json and *.safetensors"
              .formatted(
                  folder, Files.exists(folder) ? "not a folder" : "there is no such folder"));
    }
    if (!Files.exists(folder.resolve(CONFIG))) {
      throw new IllegalArgumentException(
          "%s has no %s; name a model folder in Hugging Face's layout".formatted(folder, CONFIG));
    }
    String name = lastName(folder);
    Matcher step = STEP.matcher(name);
    TransformerConfig config = Checkpoint.config(folder);
    if (!step.matches()) {
      return new StoredCheckpoint(folder, name, 0, config);
    }
    String model = step.group(1).isEmpty() ? parentName(folder) : step.group(1);
    return new StoredCheckpoint(folder, model, Long.parseLong(step.group(2)), config);
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
    return new StoredCheckpoint(folder, other, step, config);
  }

  /** Model and step. */
  String name() {
    return step == 0 ? model : model + " step " + step;
  }

  /** Numbers stored in the weights files; a tied head's are there once. */
  long parameters() {
    try (CheckpointWeights weights = CheckpointWeights.open(folder)) {
      return weights.names().stream().mapToLong(weights::size).sum();
    }
  }

  /** SHA-256 of config.json and of every weights file: each file's name, a zero byte, its bytes. */
  String sha256() {
    try (CheckpointWeights weights = CheckpointWeights.open(folder)) {
      Set<Path> files =
          weights.names().stream()
              .map(weights::file)
              .collect(Collectors.toCollection(TreeSet::new));
      files.add(folder.resolve(CONFIG));
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
