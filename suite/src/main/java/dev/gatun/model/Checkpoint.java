package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.io.AtomicFile;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Models as Hugging Face folders: {@code config.json} and {@code model.safetensors}. */
public final class Checkpoint {
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.safetensors";

  private Checkpoint() {}

  /**
   * The configuration in a folder.
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
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
      LanguageModel model = new LanguageModel(backend, config);
      try {
        Parameters parameters = model.parameters();
        rejectUnknown(file, parameters.layout());
        for (ParameterSpec spec : parameters.layout().specs()) {
          read(file, spec, backend, parameters.value(spec.name()));
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
    String config = CheckpointConfig.write(model.config());
    SafetensorsWriter writer = new SafetensorsWriter(Map.of("format", "pt"));
    for (ParameterSpec spec : model.parameters().layout().specs()) {
      add(writer, spec, model.backend(), model.parameters().value(spec.name()));
    }
    writer.write(folder.resolve(WEIGHTS));
    AtomicFile.write(folder.resolve(CONFIG), config.getBytes(StandardCharsets.UTF_8));
  }

  private static void rejectUnknown(SafetensorsFile file, ParameterLayout layout) {
    for (String name : file.names()) {
      if (!layout.contains(name) && !layout.contains("transformer." + name) && !isBuffer(name)) {
        throw new SafetensorsException(
            file.path(), "tensor '" + name + "' belongs to no parameter of this architecture");
      }
    }
  }

  /** Causal masks and rotary frequencies that older checkpoints stored beside the parameters. */
  private static boolean isBuffer(String name) {
    return name.endsWith(".attn.bias")
        || name.endsWith(".attn.masked_bias")
        || name.endsWith(".rotary_emb.inv_freq");
  }

  private static void read(
      SafetensorsFile file, ParameterSpec spec, Backend backend, Tensor value) {
    String name = nameIn(file, spec.name());
    List<Long> expected = list(spec.checkpointShape());
    if (!file.shape(name).equals(expected)) {
      throw new SafetensorsException(
          file.path(),
          "tensor '%s' is %s, but config.json asks for %s"
              .formatted(name, file.shape(name), expected));
    }
    if (spec.isSameInCheckpoint()) {
      file.readInto(name, backend, value);
    } else {
      double[] stored = file.doubles(name);
      backend.write(spec.checkpointForm().fromCheckpoint(spec.shape(), stored), value);
    }
  }

  /** OpenAI's own GPT-2 files leave out the leading {@code transformer.}. */
  private static String nameIn(SafetensorsFile file, String name) {
    String bare = name.startsWith("transformer.") ? name.substring("transformer.".length()) : name;
    return !file.contains(name) && file.contains(bare) ? bare : name;
  }

  private static void add(
      SafetensorsWriter writer, ParameterSpec spec, Backend backend, Tensor value) {
    List<Long> shape = list(spec.checkpointShape());
    if (spec.isSameInCheckpoint()) {
      writer.addTensor(spec.name(), backend, value);
    } else if (value.type() == ElementType.F64) {
      writer.addDoubles(
          spec.name(),
          shape,
          (from, count) ->
              Arrays.copyOfRange(stored(backend, spec, value), (int) from, (int) from + count));
    } else {
      writer.addFloats(
          spec.name(),
          shape,
          (from, count) -> narrow(stored(backend, spec, value), (int) from, count));
    }
  }

  /** Computed again for every piece that is written, so that one tensor at a time is held. */
  private static double[] stored(Backend backend, ParameterSpec spec, Tensor value) {
    return spec.checkpointForm().toCheckpoint(spec.shape(), backend.toDoubles(value));
  }

  /** Values that were F32 before. */
  private static float[] narrow(double[] values, int from, int count) {
    float[] part = new float[count];
    for (int i = 0; i < count; i++) {
      part[i] = (float) values[from + i];
    }
    return part;
  }

  private static List<Long> list(Shape shape) {
    return Arrays.stream(shape.extents()).boxed().toList();
  }
}
