package dev.gatun.train;

import dev.gatun.model.TransformerConfig;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A whole run, as a TOML file says it in the sections [model], [data] and [training]. */
public record RunConfig(TransformerConfig model, DataConfig data, TrainingConfig training) {

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
    ConfigText file = new ConfigText(name, text);
    file.requireSections(List.of("model", "data", "training"));
    TransformerConfig model = ModelSection.read(file);
    DataConfig data = data(file);
    TrainingConfig training = TrainingSection.read(file);
    if (training.length() > model.contextLength()) {
      throw new ConfigException(
          "%s: sequences of %s tokens do not fit the model's context of %s"
              .formatted(name, training.length(), model.contextLength()));
    }
    return new RunConfig(model, data, training);
  }

  /** The identity of this run on a corpus. */
  public RunIdentity identity(String corpusHash) {
    return RunIdentity.of(model, data.settings(), training, corpusHash);
  }

  private static DataConfig data(ConfigText file) {
    ConfigText.Section section =
        file.section(
            "data",
            List.of("kind", "corpus", "prefix", "byte-limit", "tokenizer", "validation-share"));
    return switch (section.choice("kind", "text", List.of("text", "spamlang"))) {
      case "spamlang" -> new DataConfig.SpamLang();
      default ->
          new DataConfig.Text(
              section.text("corpus", "code"),
              section.text("prefix", ""),
              section.longInteger("byte-limit", Long.MAX_VALUE),
              section.choice("tokenizer", "gpt2", List.of("gpt2", "bytes")),
              section.number("validation-share", 0.1));
    };
  }
}
