package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.io.AtomicFile;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.ParameterLayout;
import dev.gatun.model.ParameterSpec;
import dev.gatun.model.Parameters;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.checkpoint.families.CheckpointConfig;
import dev.gatun.safetensors.CheckpointWeights;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Models as Hugging Face folders: {@code config.json} and {@code model.safetensors}. */
public final class Checkpoint {
  private static final String WEIGHTS = "model.safetensors";

  private Checkpoint() {}

  /** The configuration in a folder; see {@link CheckpointFolder#config}. */
  public static TransformerConfig config(Path folder) {
    return CheckpointFolder.of(folder).config();
  }

  /** Loads the model of a folder; see {@link #load(CheckpointFolder, Backend)}. */
  public static LanguageModel load(Path folder, Backend backend) {
    return load(CheckpointFolder.of(folder), backend);
  }

  /**
   * Loads a model.
   *
   * @throws SafetensorsException if the folder is not a whole checkpoint of a known architecture
   */
  public static LanguageModel load(CheckpointFolder folder, Backend backend) {
    TransformerConfig config = folder.config();
    try (CheckpointWeights weights = folder.weights();
        var opened = new CloseStack()) {
      // Everything is found, and of the right shape, before anything is allocated.
      StoredParameters stored = StoredParameters.find(weights, config, folder.notes());
      LanguageModel model = opened.own(new LanguageModel(backend, stored.config()));
      Parameters parameters = model.parameters();
      for (ParameterSpec spec : parameters.layout().specs()) {
        stored.readInto(spec, backend, parameters.value(spec.name()));
      }
      opened.keep();
      return model;
    }
  }

  /**
   * Saves a model; each file is replaced as a whole.
   *
   * @throws dev.gatun.io.UnwritableFileException if writing fails
   * @throws IllegalArgumentException if the family's configuration cannot say what this model is
   */
  public static void save(LanguageModel model, Path folder) {
    String config = describe(model.config(), model.backend().real());
    SafetensorsWriter writer = new SafetensorsWriter(Map.of("format", "pt"));
    Parameters parameters = model.parameters();
    for (ParameterSpec spec : parameters.layout().specs()) {
      new CheckpointElements(model.config(), spec, model.backend(), parameters.value(spec.name()))
          .addTo(writer, parameters.layout().names().stored(spec.name()));
    }
    writer.write(folder.resolve(WEIGHTS));
    AtomicFile.write(
        folder.resolve(CheckpointFolder.CONFIG), config.getBytes(StandardCharsets.UTF_8));
  }

  /** Gives the values of parameters by name. */
  @FunctionalInterface
  public interface ParameterReader {
    /** Fills a parameter, weights as [out, in]. */
    void read(String name, Tensor to);
  }

  /**
   * Writes a checkpoint that transformers loads, in F32, with one parameter in memory at a time.
   *
   * @param carried fields of another configuration that change nothing of what is computed
   * @throws dev.gatun.io.UnwritableFileException if writing fails
   * @throws IllegalArgumentException in one line if no class of transformers computes this model
   */
  public static void export(
      TransformerConfig config,
      Backend backend,
      ParameterReader reader,
      Map<String, Object> carried,
      Path folder) {
    if (!(config.head() instanceof HeadForm.Linear)) {
      throw new IllegalArgumentException(
          "no class of transformers has a %s head; only models with a linear head can be exported"
              .formatted(config.head().label()));
    }
    if (config.outputBias() != OutputBias.NONE) {
      throw new IllegalArgumentException(
          "no class of transformers for %s has a bias of the head; only models with output-bias ="
                  .formatted(config.family().label())
              + " \"none\" can be exported");
    }
    String json = CheckpointConfig.write(config, ElementType.F32, carried);
    SafetensorsWriter writer = new SafetensorsWriter(Map.of("format", "pt"));
    ParameterLayout layout = new ParameterLayout(config);
    for (ParameterSpec spec : layout.specs()) {
      new WrittenParameter(config, spec, backend, reader)
          .addTo(writer, layout.names().stored(spec.name()));
    }
    writer.write(folder.resolve(WEIGHTS));
    AtomicFile.write(
        folder.resolve(CheckpointFolder.CONFIG), json.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes a checkpoint folder anew, in F32, in one file, under the names that transformers uses.
   *
   * @return what was written
   * @throws SafetensorsException if the folder is not a whole checkpoint of a known architecture
   */
  public static TransformerConfig export(CheckpointFolder from, Backend backend, Path folder) {
    TransformerConfig said = from.config();
    try (CheckpointWeights weights = from.weights()) {
      StoredParameters stored = StoredParameters.find(weights, said, from.notes());
      export(
          stored.config(),
          backend,
          (name, to) -> stored.readInto(stored.layout().spec(name), backend, to),
          CheckpointConfig.inertFields(from.path().resolve(CheckpointFolder.CONFIG)),
          folder);
      return stored.config();
    }
  }

  /**
   * A configuration as text, for other files than a checkpoint's; {@link #parseConfig} reads it.
   */
  public static String describe(TransformerConfig config, ElementType real) {
    return CheckpointConfig.write(config, real, Map.of());
  }

  /**
   * Reads such a text.
   *
   * @param file that it is from, for messages
   * @throws SafetensorsException if it is not one
   */
  public static TransformerConfig parseConfig(Path file, String text) {
    return CheckpointConfig.parse(file, text);
  }

  /**
   * Adds to a file what belongs to each parameter of a model, in the shape and order of
   * checkpoints.
   *
   * @param prefix before each parameter's name
   * @param flat a tensor of the parameters' layout: their values, their gradients
   */
  public static void add(
      SafetensorsWriter writer, String prefix, LanguageModel model, Tensor flat) {
    Parameters parameters = model.parameters();
    for (ParameterSpec spec : parameters.layout().specs()) {
      new CheckpointElements(
              model.config(), spec, model.backend(), parameters.view(flat, spec.name()))
          .addTo(writer, prefix + spec.name());
    }
  }
}
