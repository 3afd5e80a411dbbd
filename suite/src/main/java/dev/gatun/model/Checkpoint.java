package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.io.AtomicFile;
import dev.gatun.safetensors.CheckpointWeights;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.safetensors.SafetensorsWriter;
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
    try (CheckpointWeights weights = CheckpointWeights.open(folder)) {
      // Everything is found, and of the right shape, before anything is allocated.
      StoredParameters stored = StoredParameters.find(weights, config);
      LanguageModel model = new LanguageModel(backend, config);
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
    String config = CheckpointConfig.write(model.config());
    SafetensorsWriter writer = new SafetensorsWriter(Map.of("format", "pt"));
    for (ParameterSpec spec : model.parameters().layout().specs()) {
      add(writer, spec, model.backend(), model.parameters().value(spec.name()));
    }
    writer.write(folder.resolve(WEIGHTS));
    AtomicFile.write(folder.resolve(CONFIG), config.getBytes(StandardCharsets.UTF_8));
  }

  private static void add(
      SafetensorsWriter writer, ParameterSpec spec, Backend backend, Tensor value) {
    List<Long> shape = list(spec.checkpointShape());
    if (!spec.transposedInCheckpoint()) {
      writer.addTensor(spec.name(), backend, value);
    } else if (value.type() == ElementType.F64) {
      writer.addDoubles(
          spec.name(),
          shape,
          (from, count) ->
              Arrays.copyOfRange(transposed(backend, value), (int) from, (int) from + count));
    } else {
      writer.addFloats(
          spec.name(),
          shape,
          (from, count) -> narrow(transposed(backend, value), (int) from, count));
    }
  }

  /** Computed again for every piece that is written, so that one tensor at a time is held. */
  private static double[] transposed(Backend backend, Tensor value) {
    return transpose(backend.toDoubles(value), value.rows(), value.cols());
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

  /** From [rows, cols] to [cols, rows]. */
  private static double[] transpose(double[] x, long rows, long cols) {
    int height = Math.toIntExact(rows);
    int width = Math.toIntExact(cols);
    double[] y = new double[x.length];
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < width; j++) {
        y[j * height + i] = x[i * width + j];
      }
    }
    return y;
  }
}
