package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.model.ParameterSpec;
import dev.gatun.model.TransformerConfig;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A tensor of a parameter's shape, its value or its gradient, in the order of checkpoints. What has
 * to be reordered is on the host whole, from the first piece that is written to the last.
 */
final class CheckpointElements {
  private final ParameterSpec spec;
  private final CheckpointForm form;
  private final Backend backend;
  private final Tensor tensor;
  private Optional<double[]> doubles = Optional.empty();
  private Optional<float[]> floats = Optional.empty();

  CheckpointElements(TransformerConfig config, ParameterSpec spec, Backend backend, Tensor tensor) {
    this.spec = spec;
    this.form = CheckpointForm.of(config, spec);
    this.backend = backend;
    this.tensor = tensor;
  }

  /** Adds it to a file, in the type it has on the backend. */
  void addTo(SafetensorsWriter writer, String name) {
    List<Long> shape = Arrays.stream(form.shape(spec.shape()).extents()).boxed().toList();
    if (form instanceof CheckpointForm.Same) {
      writer.addTensor(name, backend, tensor);
    } else if (tensor.type() == ElementType.F64) {
      writer.addDoubles(name, shape, (from, count) -> doubles((int) from, count));
    } else {
      writer.addFloats(name, shape, (from, count) -> floats((int) from, count));
    }
  }

  private double[] doubles(int from, int count) {
    double[] all =
        doubles.orElseGet(() -> form.toCheckpoint(spec.shape(), backend.toDoubles(tensor)));
    doubles = from + count == all.length ? Optional.empty() : Optional.of(all);
    return Arrays.copyOfRange(all, from, from + count);
  }

  private float[] floats(int from, int count) {
    float[] all = floats.orElseGet(() -> form.toCheckpoint(spec.shape(), backend.toFloats(tensor)));
    floats = from + count == all.length ? Optional.empty() : Optional.of(all);
    return Arrays.copyOfRange(all, from, from + count);
  }
}
