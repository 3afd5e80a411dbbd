package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.safetensors.CheckpointWeights;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The gradients of a model's parameters, under the names and in the shapes that its checkpoint has
 * for the parameters; a tied head's is the sum of both uses.
 */
public final class CheckpointGradients {
  private static final String PREFIX = "grad.";

  private CheckpointGradients() {}

  /**
   * Adds {@code grad.<parameter>} for every parameter; they are read when the file is written.
   *
   * @param folder of the checkpoint that the model was loaded from
   */
  public static void addTo(SafetensorsWriter writer, LanguageModel model, Path folder) {
    try (CheckpointWeights weights = CheckpointWeights.open(folder)) {
      StoredParameters stored = StoredParameters.find(weights, model.config());
      for (ParameterSpec spec : model.parameters().layout().specs()) {
        add(writer, PREFIX + stored.nameOf(spec), spec, model);
      }
    }
  }

  private static void add(
      SafetensorsWriter writer, String name, ParameterSpec spec, LanguageModel model) {
    Backend backend = model.backend();
    Tensor gradient = model.parameters().gradient(spec.name());
    List<Long> shape = Arrays.stream(spec.checkpointShape().extents()).boxed().toList();
    if (!spec.transposedInCheckpoint()) {
      Tensor flat = gradient.reshape(gradient.size());
      writer.addFloats(name, shape, (from, count) -> floats(backend, flat.slice(from, count)));
      return;
    }
    var transposed = new Transposed(backend, gradient);
    writer.addFloats(name, shape, transposed::read);
  }

  private static float[] floats(Backend backend, Tensor part) {
    if (part.type() == ElementType.F32) {
      return backend.toFloats(part);
    }
    double[] wide = backend.toDoubles(part);
    float[] values = new float[wide.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) wide[i];
    }
    return values;
  }

  /** The elements of a matrix column by column, turned once for all pieces that are read. */
  private static final class Transposed {
    private final Backend backend;
    private final Tensor matrix;
    private Optional<float[]> elements = Optional.empty();

    Transposed(Backend backend, Tensor matrix) {
      this.backend = backend;
      this.matrix = matrix;
    }

    float[] read(long from, int count) {
      if (elements.isEmpty()) {
        elements = Optional.of(transpose());
      }
      int end = Math.toIntExact(from + count);
      float[] part = Arrays.copyOfRange(elements.get(), (int) from, end);
      if (end == matrix.size()) {
        elements = Optional.empty();
      }
      return part;
    }

    private float[] transpose() {
      float[] x = floats(backend, matrix.reshape(matrix.size()));
      int rows = Math.toIntExact(matrix.rows());
      int cols = Math.toIntExact(matrix.cols());
      float[] y = new float[x.length];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          y[j * rows + i] = x[i * cols + j];
        }
      }
      return y;
    }
  }
}
