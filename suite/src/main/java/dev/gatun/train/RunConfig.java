package dev.gatun.train;

import dev.gatun.io.TomlFile;
import dev.gatun.model.TransformerConfig;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;

/** A whole run, as a TOML file says it in the sections [model], [data] and [training]. */
public record RunConfig(TransformerConfig model, DataConfig data, TrainingConfig training) {
  private static final TomlFile<Sections> TOML =
      new TomlFile<>(Sections.class, ConfigException::new);

  /** The sections of a file; null where one is left out. */
  private record Sections(ModelSection model, DataSection data, TrainingSection training) {}

  /**
   * Reads a file.
   *
   * @throws ConfigException in one line: unreadable, not TOML, an unknown or missing key (with the
   *     nearest name), a value of the wrong type or out of range
   */
  public static RunConfig load(Path file) {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new ConfigException("there is no configuration file " + file, e);
    } catch (MalformedInputException e) {
      throw new ConfigException(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new ConfigException(
          "cannot read the configuration file " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a text.
   *
   * @param name of the file, for messages
   * @throws ConfigException as {@link #load}
   */
  public static RunConfig parse(String name, String text) {
    Sections file = TOML.parse(name, text);
    TransformerConfig model = read(name, "model", file.model, ModelSection::config);
    DataConfig data =
        file.data == null
            ? new DataSection(null, null, null, null, null, null).config()
            : read(name, "data", file.data, DataSection::config);
    TrainingConfig training = read(name, "training", file.training, TrainingSection::config);
    if (training.length() > model.contextLength()) {
      throw new ConfigException(
          "%s: sequences of %s tokens do not fit the model's context of %s"
              .formatted(name, training.length(), model.contextLength()));
    }
    return new RunConfig(model, data, training);
  }

  private static <S, T> T read(String name, String section, S keys, Function<S, T> config) {
    if (keys == null) {
      throw new ConfigException("%s has no section [%s]".formatted(name, section));
    }
    try {
      return config.apply(keys);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("%s, [%s]: %s".formatted(name, section, e.getMessage()), e);
    }
  }

  /** A key's value, or its default if it is left out. */
  static <T> T or(T value, T usual) {
    return Objects.requireNonNullElse(value, usual);
  }

  /** The value of a key without a default. */
  static <T> T required(String key, T value) {
    if (value == null) {
      throw new IllegalArgumentException("there is no value for '" + key + "'");
    }
    return value;
  }

  /** Checks that a key is left out, as it means nothing here. */
  static void refuse(String key, Object value, String owner) {
    if (value != null) {
      throw new IllegalArgumentException("'%s' belongs to %s".formatted(key, owner));
    }
  }

  /** The identity of this run on a corpus. */
  public RunIdentity identity(String corpusHash) {
    return RunIdentity.of(model, data, training, corpusHash);
  }
}
