package dev.gatun.cli;

import dev.gatun.backend.Backend;
import dev.gatun.io.AtomicFile;
import dev.gatun.io.FolderLock;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.checkpoint.Checkpoint;
import dev.gatun.model.checkpoint.CheckpointFolder;
import dev.gatun.train.RunCheckpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Writes a model as a folder that transformers loads. */
@Command(
    name = "export",
    description = {
      "Writes a model in Hugging Face layout: config.json and model.safetensors, in f32;",
      "transformers loads it and computes the same logits."
    },
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  private static final String RUN = "run.safetensors";

  private static final String TOKENIZER = "tokenizer.json";

  /** What is copied as it is, from one checkpoint folder to another. */
  private static final List<String> COPIED =
      List.of(
          TOKENIZER,
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model",
          "generation_config.json");

  @Mixin private Console console;
  @Mixin private DeviceOptions device;

  @Parameters(
      index = "0",
      paramLabel = "<from>",
      description = "A folder that `gatun train` wrote, or a checkpoint folder.")
  private Path from;

  @Parameters(index = "1", paramLabel = "<to>", description = "The folder to write; new or empty.")
  private Path to;

  @Override
  public Integer call() {
    Path run = from.resolve(RUN);
    boolean isRun = Files.exists(run);
    if (!isRun && !Files.exists(from.resolve("config.json"))) {
      throw new IllegalArgumentException(
          "%s holds neither %s, which `gatun train` writes, nor config.json".formatted(from, RUN));
    }
    requireEmpty();
    AtomicFile.requireWritable(to);
    try (var _ = FolderLock.take(to);
        Backend backend = device.open(console::note)) {
      requireEmpty();
      CheckpointFolder checkpoint = CheckpointFolder.of(from);
      TransformerConfig config =
          isRun
              ? RunCheckpoint.export(run, backend, to)
              : Checkpoint.export(checkpoint, backend, to);
      checkpoint.notes().lines().forEach(line -> console.note("gatun: " + line));
      report(config, isRun ? tokenizerOfRun(run, config.vocabulary()) : copyTokenizer());
    }
    return 0;
  }

  private void requireEmpty() {
    if (!Files.exists(to)) {
      return;
    }
    try (Stream<Path> files = Files.list(to)) {
      if (files.anyMatch(file -> !file.endsWith(FolderLock.NAME))) {
        throw new IllegalArgumentException(to + " is not empty; choose a new folder");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String tokenizerOfRun(Path run, int vocabulary) {
    Optional<String> name = RunCheckpoint.tokenizer(run);
    if (name.isEmpty()) {
      return "tokenizer: none; the model was not trained on text";
    }
    AtomicFile.write(
        to.resolve(TOKENIZER),
        TokenizerFile.of(name.get(), vocabulary).getBytes(StandardCharsets.UTF_8));
    return "tokenizer: " + name.get() + ", in " + TOKENIZER;
  }

  private String copyTokenizer() {
    List<String> there = COPIED.stream().filter(f -> Files.exists(from.resolve(f))).toList();
    for (String file : there) {
      try {
        AtomicFile.write(to.resolve(file), Files.readAllBytes(from.resolve(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return there.isEmpty() ? "tokenizer: none in " + from : "copied: " + String.join(", ", there);
  }

  private void report(TransformerConfig config, String tokenizer) {
    console.line(
        "%s, %s layers of width %s, vocabulary %s, in f32"
            .formatted(
                config.family().label(), config.layers(), config.width(), config.vocabulary()));
    console.line(tokenizer);
    console.line("checkpoint: " + to);
    console.json(new Exported(config.family().label(), tokenizer, to.toString()));
  }

  private record Exported(String family, String tokenizer, String checkpoint) {}
}
