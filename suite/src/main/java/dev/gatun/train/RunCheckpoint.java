package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.io.Checksums;
import dev.gatun.io.Json;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.Parameters;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.checkpoint.Checkpoint;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.safetensors.SafetensorsFile;
import dev.gatun.safetensors.SafetensorsWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The state of a run in one safetensors file: parameters, what the optimiser remembers, and in the
 * metadata the step and the run's identity. Written as a whole or not at all; its checksum stands
 * beside it with those of the other files of the run.
 */
public final class RunCheckpoint implements TrainingListener {
  private static final String STEP = "gatun.step";
  private static final String CONFIGURATION = "gatun.configuration";
  private static final String MODEL = "gatun.model";

  private final Path file;
  private final RunIdentity identity;

  /**
   * The checkpoint of a run; as a listener it is written at the configured interval and when the
   * run ends.
   */
  public RunCheckpoint(Path file, RunIdentity identity) {
    this.file = file;
    this.identity = identity;
  }

  public Path file() {
    return file;
  }

  public boolean exists() {
    return Files.exists(file);
  }

  /**
   * Writes the state of a run.
   *
   * @throws dev.gatun.io.UnwritableFileException if that fails; an older checkpoint is then
   *     unchanged
   */
  public void write(Trainer trainer) {
    LanguageModel model = trainer.model();
    Backend backend = model.backend();
    Parameters parameters = model.parameters();
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(STEP, Long.toString(trainer.step()));
    metadata.put(CONFIGURATION, identity.configuration());
    metadata.put(MODEL, Checkpoint.describe(model.config(), backend.real()));
    SafetensorsWriter writer = new SafetensorsWriter(metadata);
    for (String name : parameters.names()) {
      writer.addTensor(name, backend, parameters.value(name));
      trainer
          .optimiser()
          .state()
          .forEach((state, flat) ->
              writer.addTensor(state + "." + name, backend, parameters.view(flat, name)));
    }
    sums(file).update(Map.of(file.getFileName().toString(), writer::writeTo));
  }

  private static Checksums sums(Path file) {
    return new Checksums(file.toAbsolutePath().getParent());
  }

  /**
   * Opens the checkpoint of a run whose files are all as they were written. A file that was copied
   * alone has no checksums.
   */
  private static SafetensorsFile open(Path file) {
    Checksums sums = sums(file);
    if (sums.exist()) {
      sums.fault(List.of())
          .ifPresent(fault -> {
            throw new SafetensorsException(fault);
          });
    }
    return SafetensorsFile.open(file);
  }

  /**
   * Puts a trainer into the state that was written.
   *
   * @throws SafetensorsException if this or another file of the run is damaged
   * @throws ConfigException if it belongs to another run, naming the first difference
   */
  public void restore(Trainer trainer) {
    LanguageModel model = trainer.model();
    Backend backend = model.backend();
    Parameters parameters = model.parameters();
    try (SafetensorsFile saved = open(file)) {
      long step = stepOfSameRun(saved);
      for (String name : parameters.names()) {
        saved.readInto(name, backend, parameters.value(name));
        trainer
            .optimiser()
            .state()
            .forEach((state, flat) ->
                saved.readInto(state + "." + name, backend, parameters.view(flat, name)));
      }
      trainer.continueFrom(step);
    }
  }

  /**
   * Writes the model of a run as a checkpoint that transformers loads.
   *
   * @param file that a run wrote
   * @param folder to write to
   * @return what was written
   * @throws SafetensorsException if the file is damaged
   * @throws ConfigException if it is not the checkpoint of a run
   * @throws IllegalArgumentException in one line if no class of transformers computes the model
   */
  public static TransformerConfig export(Path file, Backend backend, Path folder) {
    try (SafetensorsFile saved = open(file)) {
      requireRun(file, saved);
      TransformerConfig config = Checkpoint.parseConfig(file, saved.metadata().get(MODEL));
      Checkpoint.export(
          config, backend, (name, to) -> saved.readInto(name, backend, to), Map.of(), folder);
      return config;
    }
  }

  /** The tokenizer of the run that wrote a file; empty if it was not trained on text. */
  public static Optional<String> tokenizer(Path file) {
    try (SafetensorsFile saved = SafetensorsFile.open(file)) {
      requireRun(file, saved);
      return Optional.ofNullable(
          Json.leaves(saved.metadata().get(CONFIGURATION)).get("data.tokenizer"));
    }
  }

  private static String requireRun(Path file, SafetensorsFile saved) {
    String step = saved.metadata().get(STEP);
    if (step == null
        || !step.matches("[0-9]{1,18}")
        || !saved.metadata().keySet().containsAll(List.of(CONFIGURATION, MODEL))) {
      throw new ConfigException(file + " is not the checkpoint of a run of this version");
    }
    return step;
  }

  private long stepOfSameRun(SafetensorsFile saved) {
    String step = requireRun(file, saved);
    var other = new RunIdentity(saved.metadata().get(CONFIGURATION));
    if (!identity.equals(other)) {
      throw new ConfigException(
          "cannot resume from %s, it belongs to another run: %s; choose another output folder"
              .formatted(
                  file, identity.firstDifference(other).orElse("its configuration differs")));
    }
    return Long.parseLong(step);
  }

  @Override
  public void checkpointDue(Trainer trainer) {
    write(trainer);
  }

  @Override
  public void ended(Trainer trainer, Outcome outcome) {
    write(trainer);
  }
}
