package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.safetensors.CheckpointWeights;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The parameters of an architecture in the weights of a checkpoint: all there, real, of the right
 * shape, and no tensor that belongs to none. What config.json asks for is thereby bounded by what
 * the files hold.
 */
final class StoredParameters {
  /** No architecture has fewer tensors in a block: two norms and four projections. */
  private static final int LEAST_PER_LAYER = 4;

  private final CheckpointWeights weights;
  private final ParameterLayout layout;

  private StoredParameters(CheckpointWeights weights, ParameterLayout layout) {
    this.weights = weights;
    this.layout = layout;
  }

  /**
   * Finds every parameter.
   *
   * @throws SafetensorsException naming the first that is not as it should be
   */
  static StoredParameters find(CheckpointWeights weights, TransformerConfig config) {
    int tensors = weights.names().size();
    if ((long) LEAST_PER_LAYER * config.layers() > tensors) {
      throw new SafetensorsException(
          weights.folder(),
          "config.json asks for %s layers, more than %s tensors make up"
              .formatted(config.layers(), tensors));
    }
    var stored = new StoredParameters(weights, layout(weights.folder(), config));
    stored.requireAll();
    stored.refuseOthers();
    return stored;
  }

  private static ParameterLayout layout(Path folder, TransformerConfig config) {
    try {
      return new ParameterLayout(config);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new SafetensorsException(folder, "config.json: " + e.getMessage(), e);
    }
  }

  private void requireAll() {
    for (ParameterSpec spec : layout.specs()) {
      String name = nameOf(spec);
      List<Long> expected = Arrays.stream(spec.checkpointShape().extents()).boxed().toList();
      if (!weights.shape(name).equals(expected)) {
        throw new SafetensorsException(
            weights.file(name),
            "tensor '%s' is %s, but config.json asks for %s"
                .formatted(name, weights.shape(name), expected));
      }
      if (!weights.type(name).isReal()) {
        throw new SafetensorsException(
            weights.file(name),
            "tensor '%s' holds %s, not real numbers".formatted(name, weights.type(name)));
      }
    }
  }

  private void refuseOthers() {
    for (String name : weights.names()) {
      if (!layout.contains(name) && !layout.contains("transformer." + name) && !isBuffer(name)) {
        throw new SafetensorsException(
            weights.file(name),
            "tensor '" + name + "' belongs to no parameter of this architecture");
      }
    }
  }

  /** Causal masks and rotary frequencies that older checkpoints stored beside the parameters. */
  private static boolean isBuffer(String name) {
    return name.endsWith(".attn.bias")
        || name.endsWith(".attn.masked_bias")
        || name.endsWith(".rotary_emb.inv_freq");
  }

  /** OpenAI's own GPT-2 files leave out the leading {@code transformer.}. */
  String nameOf(ParameterSpec spec) {
    String name = spec.name();
    String bare = name.startsWith("transformer.") ? name.substring("transformer.".length()) : name;
    return !weights.contains(name) && weights.contains(bare) ? bare : name;
  }

  /** Copies a parameter to a backend, weights as [out, in]. */
  void readInto(ParameterSpec spec, Backend backend, Tensor value) {
    if (spec.transposedInCheckpoint()) {
      weights.readTransposedInto(nameOf(spec), backend, value);
    } else {
      weights.readInto(nameOf(spec), backend, value);
    }
  }

  /** Copies rows of a parameter that checkpoints do not transpose: [rows.length, cols]. */
  void readRowsInto(ParameterSpec spec, int[] rows, Backend backend, Tensor to) {
    weights.readRowsInto(nameOf(spec), rows, backend, to);
  }

  /** All parameters. */
  ParameterLayout layout() {
    return layout;
  }
}
