package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.io.AtomicFile;
import dev.gatun.model.families.CheckpointConfig;
import dev.gatun.safetensors.CheckpointWeights;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** Models as Hugging Face folders: {@code config.json} and {@code model.safetensors}. */
public final class Checkpoint {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";

  private Checkpoint() {}

  /**
   * The configuration in a folder. A head that it ties is not tied in the model that is loaded, if
   * the weights hold other values for it.
   *
   * @throws SafetensorsException if it is unreadable or not supported
   */
  public static TransformerConfig config(Path folder) {
    return CheckpointConfig.read(folder.resolve(CONFIG));
  }

  /**
   * Loads a model.
   *
   * @throws SafetensorsException if the folder is not a whole checkpoint of a known architecture
   */
  public static LanguageModel load(Path folder, Backend backend) {
    TransformerConfig config = config(folder);
    try (CheckpointWeights weights = CheckpointWeights.open(folder)) {
      // Everything is found, and of the right shape, before anything is allocated.
      StoredParameters stored = StoredParameters.find(weights, config);
      LanguageModel model = new LanguageModel(backend, stored.config());
      try {
        Parameters parameters = model.parameters();
        for (ParameterSpec spec : parameters.layout().specs()) {
          stored.readInto(spec, backend, parameters.value(spec.name()));
        }
      } catch (RuntimeException e) {
        model.close();
        throw e;
      }
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
    String config = CheckpointConfig.write(model.config(), model.backend().real());
    SafetensorsWriter writer = new SafetensorsWriter(Map.of("format", "pt"));
    Parameters parameters = model.parameters();
    for (ParameterSpec spec : parameters.layout().specs()) {
      new CheckpointElements(spec, model.backend(), parameters.value(spec.name()))
          .addTo(writer, parameters.layout().names().stored(spec.name()));
    }
    writer.write(folder.resolve(WEIGHTS));
    AtomicFile.write(folder.resolve(CONFIG), config.getBytes(StandardCharsets.UTF_8));
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
      new CheckpointElements(spec, model.backend(), parameters.view(flat, spec.name()))
          .addTo(writer, prefix + spec.name());
    }
  }
}
