package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.ParameterSpec;
import dev.gatun.model.TransformerConfig;
import dev.gatun.safetensors.SafetensorsWriter;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * A parameter that is read when it is written, in F32 and the order of checkpoints: one parameter
 * at a time is in memory, from its first piece to its last.
 */
final class WrittenParameter {
  private final ParameterSpec spec;
  private final CheckpointForm form;
  private final Backend backend;
  private final Checkpoint.ParameterReader reader;
  private Optional<float[]> stored = Optional.empty();

  WrittenParameter(
      TransformerConfig config,
      ParameterSpec spec,
      Backend backend,
      Checkpoint.ParameterReader reader) {
    this.spec = spec;
    this.form = CheckpointForm.of(config, spec);
    this.backend = backend;
    this.reader = reader;
  }

  /** Adds it to a file. */
  void addTo(SafetensorsWriter writer, String name) {
    writer.addFloats(
        name,
        Arrays.stream(form.shape(spec.shape()).extents()).boxed().toList(),
        (from, count) -> piece(Math.toIntExact(from), count));
  }

  private float[] piece(int from, int count) {
    float[] all = stored.orElseGet(this::read);
    stored = from + count == all.length ? Optional.empty() : Optional.of(all);
    return Arrays.copyOfRange(all, from, from + count);
  }

  private float[] read() {
    try (TensorScope scope = backend.newScope()) {
      Tensor tensor = scope.zeros(backend.real(), spec.shape().extents());
      reader.read(spec.name(), tensor);
      float[] elements = backend.toFloats(tensor);
      return form instanceof CheckpointForm.Same
          ? elements
          : form.toCheckpoint(spec.shape(), elements);
    }
  }
}
