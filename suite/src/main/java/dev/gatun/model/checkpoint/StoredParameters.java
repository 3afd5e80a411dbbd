package dev.gatun.model.checkpoint;

import dev.gatun.backend.Backend;
import dev.gatun.io.Notes;
import dev.gatun.model.HeadForm;
import dev.gatun.model.ParameterLayout;
import dev.gatun.model.ParameterNames;
import dev.gatun.model.ParameterSpec;
import dev.gatun.model.TransformerConfig;
import dev.gatun.safetensors.CheckpointWeights;
import dev.gatun.safetensors.SafetensorsException;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The parameters of an architecture in the weights of a checkpoint: all there, real, and of the
 * right shape. A tensor that belongs to none is left out with a note, or refused if it may change
 * the logits. What config.json asks for is thereby bounded by what the files hold.
 */
final class StoredParameters {
  /** No architecture has fewer tensors in a block: two norms and four projections. */
  private static final int LEAST_PER_LAYER = 6;

  private static final String LEFT_OUT = "tensors that belong to no parameter are left out: %s";

  /** Modules that predict tokens after the next one. */
  private static final Pattern FURTHER_TOKENS = Pattern.compile("^(mtp|medusa)[^.]*\\.");

  /** Heads of classifiers and of reinforcement learning, in files that name no backbone. */
  private static final Pattern OTHER_HEAD =
      Pattern.compile("^(score|classifier|v_head|value_head|qa_outputs)\\.");

  private final CheckpointWeights weights;
  private final TransformerConfig config;
  private final ParameterLayout layout;

  private StoredParameters(CheckpointWeights weights, TransformerConfig config) {
    this.weights = weights;
    this.config = config;
    this.layout = layout(weights.folder(), config);
  }

  /**
   * Finds every parameter.
   *
   * @param notes gets the tensors that are left out
   * @throws SafetensorsException naming the first that is not as it should be
   */
  static StoredParameters find(CheckpointWeights weights, TransformerConfig config, Notes notes) {
    int tensors = weights.names().size();
    if ((long) LEAST_PER_LAYER * config.layers() > tensors) {
      throw new SafetensorsException(
          weights.folder(),
          "config.json asks for %s layers, more than %s tensors make up"
              .formatted(config.layers(), tensors));
    }
    var stored = new StoredParameters(weights, withOwnHead(weights, config));
    stored.requireAll();
    stored.leaveOut(notes);
    return stored;
  }

  /**
   * A head that is said to be tied and has other weights than the token embedding is not tied:
   * transformers 5 takes it so, with a warning (4 dropped the head's).
   */
  private static TransformerConfig withOwnHead(
      CheckpointWeights weights, TransformerConfig config) {
    StoredParameters asSaid = new StoredParameters(weights, config);
    ParameterNames names = asSaid.layout.names();
    boolean own =
        config.head().equals(new HeadForm.Linear(true))
            && asSaid
                .firstOf(headNames(names))
                .filter(head -> !head.equals(asSaid.nameOf(names.tokenEmbedding())))
                .filter(head -> !weights.sameValues(head, asSaid.nameOf(names.tokenEmbedding())))
                .isPresent();
    return own ? config.withHead(new HeadForm.Linear(false)) : config;
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
      requireHead(name);
      List<Long> expected =
          Arrays.stream(form(spec).shape(spec.shape()).extents()).boxed().toList();
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

  private void requireHead(String name) {
    if (headNames(layout.names()).anyMatch(name::equals) && !weights.contains(name)) {
      throw new SafetensorsException(
          weights.folder(),
          "tensor '%s' is missing, and tie_word_embeddings of config.json is false; where the model was trained with a tied head, set it to true, and the token embedding is the head"
              .formatted(name));
    }
  }

  private void leaveOut(Notes notes) {
    Set<String> read = new LinkedHashSet<>();
    Set<String> modules = new LinkedHashSet<>();
    for (ParameterSpec spec : layout.specs()) {
      read.add(nameOf(spec));
      modules.add(module(nameOf(spec)));
    }
    for (String name : weights.names()) {
      if (read.contains(name) || isIgnored(name)) {
        continue;
      }
      if (modules.contains(module(name)) || mayChangeLogits(name)) {
        throw new SafetensorsException(
            weights.file(name),
            "tensor '%s' belongs to no parameter that config.json asks for, and may change the logits"
                .formatted(name));
      }
      notes.add(LEFT_OUT, name);
    }
  }

  /** What a tensor is a part of: all of its name before the last dot. */
  private static String module(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }

  /**
   * Whether a tensor is of the head, or of the backbone and not of what predicts further tokens
   * from its hidden states. Other heads (score, classifier, value) take hidden states and give
   * nothing back.
   */
  private boolean mayChangeLogits(String name) {
    ParameterNames names = layout.names();
    String backbone = names.backbone();
    boolean ofHead = headNames(names).anyMatch(head -> name.startsWith(module(head) + "."));
    boolean prefixed = weights.names().stream().anyMatch(other -> other.startsWith(backbone));
    boolean ofBackbone = prefixed ? name.startsWith(backbone) : !OTHER_HEAD.matcher(name).find();
    String inBackbone = prefixed && ofBackbone ? name.substring(backbone.length()) : name;
    return ofHead
        || name.contains("logit")
        || ofBackbone && !FURTHER_TOKENS.matcher(inBackbone).find();
  }

  /** Constants, and the head's own copy of the weights that it is tied to. */
  private boolean isIgnored(String name) {
    ParameterNames names = layout.names();
    return names.isConstant(name) || config.isTied() && headNames(names).anyMatch(name::equals);
  }

  private static Stream<String> headNames(ParameterNames names) {
    return Stream.of(names.stored(names.head()), names.head());
  }

  private String nameOf(ParameterSpec spec) {
    return nameOf(spec.name());
  }

  /**
   * The first of a parameter's names that is there: that of files, its own, that of checkpoints of
   * the backbone alone, which leave out the prefix that stands for it; of tied weights the head's.
   */
  private String nameOf(String name) {
    ParameterNames names = layout.names();
    String backbone = names.backbone();
    String stored = names.stored(name);
    String bare = name.startsWith(backbone) ? name.substring(backbone.length()) : name;
    boolean shared = config.isTied() && name.equals(names.tokenEmbedding());
    return firstOf(
            Stream.concat(
                Stream.of(stored, name, bare), shared ? headNames(names) : Stream.empty()))
        .orElse(stored);
  }

  private Optional<String> firstOf(Stream<String> candidates) {
    return candidates.filter(weights::contains).findFirst();
  }

  private CheckpointForm form(ParameterSpec spec) {
    return CheckpointForm.of(config, spec);
  }

  /** Copies a parameter to a backend, weights as [out, in]. */
  void readInto(ParameterSpec spec, Backend backend, Tensor value) {
    String name = nameOf(spec);
    switch (form(spec)) {
      case CheckpointForm.Same _ -> weights.readInto(name, backend, value);
      case CheckpointForm.Transposed _ -> weights.readTransposedInto(name, backend, value);
      case CheckpointForm.HeadByHead form when spec.isMatrix() ->
          weights.readRowsInto(name, form.storedRows((int) value.rows()), backend, value);
      case CheckpointForm.HeadByHead form -> {
        weights.readInto(name, backend, value);
        backend.write(form.fromCheckpoint(spec.shape(), backend.toDoubles(value)), value);
      }
    }
  }

  /** Copies rows of a parameter that checkpoints do not transpose: [rows.length, cols]. */
  void readRowsInto(ParameterSpec spec, int[] rows, Backend backend, Tensor to) {
    weights.readRowsInto(nameOf(spec), rows, backend, to);
  }

  /** The model, its head tied or not as the weights have it. */
  TransformerConfig config() {
    return config;
  }

  ParameterLayout layout() {
    return layout;
  }
}
