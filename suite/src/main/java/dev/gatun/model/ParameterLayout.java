package dev.gatun.model;

import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.Initialisation.Constant;
import dev.gatun.model.Initialisation.Normal;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where each parameter of a model lies in one flat buffer. Values, gradients and optimiser moments
 * share this layout. All matrices come first, so that weight decay on matrices is one contiguous
 * range, and what never decays comes last; parts of a fused projection touch, so that the
 * projection is one matrix product.
 */
public final class ParameterLayout {
  /** Groups start at multiples of this many elements: 64 bytes of F32. */
  private static final long ALIGNMENT = 16;

  /** GPT-2's standard deviation for weights and embeddings. */
  private static final double STANDARD_DEVIATION = 0.02;

  private final TransformerConfig config;
  private final ParameterNames names;
  private final Map<String, ParameterSpec> specs = new LinkedHashMap<>();
  private final List<Runnable> vectors = new ArrayList<>();
  private final List<Runnable> undecayed = new ArrayList<>();
  private final long matricesSize;
  private final long decayableSize;
  private long size;

  /** All of a model. */
  public ParameterLayout(TransformerConfig config) {
    this(
        config,
        layout -> {
          layout.addEmbeddings();
          for (int layer = 0; layer < config.layers(); layer++) {
            layout.addBlock(layer);
          }
          layout.addHeadInput();
          layout.addHead();
        });
  }

  private ParameterLayout(TransformerConfig config, Consumer<ParameterLayout> parts) {
    this.config = config;
    this.names = ParameterNames.of(config);
    parts.accept(this);
    align();
    matricesSize = size;
    vectors.forEach(Runnable::run);
    align();
    decayableSize = size;
    undecayed.forEach(Runnable::run);
    align();
  }

  /** One block alone; all blocks of a model have the same extents. */
  public static ParameterLayout ofBlock(TransformerConfig config, int layer) {
    return new ParameterLayout(config, layout -> layout.addBlock(layer));
  }

  /** The projection from a narrow token embedding alone. */
  public static ParameterLayout ofInputProjection(TransformerConfig config) {
    return new ParameterLayout(config, ParameterLayout::addInputProjection);
  }

  /** What lies between the last block and the head. */
  public static ParameterLayout ofHeadInput(TransformerConfig config) {
    return new ParameterLayout(config, ParameterLayout::addHeadInput);
  }

  /** What the head reads: its own parameters, and the token embedding if it is tied to that. */
  public static ParameterLayout ofHead(TransformerConfig config) {
    return new ParameterLayout(
        config,
        layout -> {
          if (config.isTied()) {
            layout.addTokenEmbedding();
          }
          layout.addHead();
        });
  }

  public ParameterNames names() {
    return names;
  }

  /** All parameters: matrices first, then vectors. */
  public List<ParameterSpec> specs() {
    return List.copyOf(specs.values());
  }

  /** The parameter of that name. */
  public ParameterSpec spec(String name) {
    ParameterSpec spec = specs.get(name);
    if (spec == null) {
      throw new IllegalArgumentException("no parameter is named " + name);
    }
    return spec;
  }

  boolean contains(String name) {
    return specs.containsKey(name);
  }

  /** Elements in the flat buffer, padding included. */
  public long size() {
    return size;
  }

  /** Elements in the leading range that holds the matrices. */
  long matricesSize() {
    return matricesSize;
  }

  /** Elements in the leading range to which weight decay may apply. */
  long decayableSize() {
    return decayableSize;
  }

  private void addEmbeddings() {
    addTokenEmbedding();
    if (config.narrowEmbedding().isPresent()) {
      addInputProjection();
    }
    if (config.positions() instanceof Positions.Learned(int offset)) {
      add(names.positionEmbedding(), normal(), offset + config.contextLength(), config.width());
    }
  }

  private void addTokenEmbedding() {
    add(names.tokenEmbedding(), normal(), config.vocabulary(), config.embeddingWidth());
  }

  private void addInputProjection() {
    addProjection(names.inputProjection(), config.width(), config.embeddingWidth());
  }

  private void addHeadInput() {
    if (config.hasFinalNorm()) {
      addNorm(names.finalNorm(), config.width());
    }
    if (config.narrowEmbedding().isPresent()) {
      addProjection(names.outputProjection(), config.embeddingWidth(), config.width());
    }
  }

  private void addProjection(String prefix, int outputs, int inputs) {
    addLinear(new String[] {prefix}, new int[] {outputs}, inputs, normal(), false);
  }

  private void addBlock(int layer) {
    int width = config.width();
    int attentionWidth = config.heads() * config.headWidth();
    int keyWidth = config.keyValueHeads() * config.headWidth();
    String[] queryKeyValue = names.queryKeyValue(layer);
    String[] mlpInput = names.mlpInput(layer);

    if (config.blockForm() == BlockForm.NORM_AROUND) {
      addNorm(names.attentionInputNorm(layer), width);
      addNorm(names.mlpInputNorm(layer), width);
    }
    addNorm(names.attentionNorm(layer), width);
    addLinear(
        queryKeyValue,
        queryKeyValue.length == 1
            ? new int[] {attentionWidth + 2 * keyWidth}
            : new int[] {attentionWidth, keyWidth, keyWidth},
        width,
        normal(),
        config.biases().queryKeyValue());
    switch (config.queryKeyNorm()) {
      case NONE -> {}
      case PER_HEAD -> {
        addNorm(names.queryNorm(layer), config.headWidth());
        addNorm(names.keyNorm(layer), config.headWidth());
      }
      case WHOLE -> {
        addNorm(names.queryNorm(layer), attentionWidth);
        addNorm(names.keyNorm(layer), keyWidth);
      }
    }
    addLinear(
        new String[] {names.attentionOutput(layer)},
        new int[] {width},
        attentionWidth,
        residualNormal(),
        config.biases().attentionOutput());
    addNorm(names.mlpNorm(layer), width);
    addLinear(
        mlpInput,
        mlpInput.length == 1
            ? new int[] {config.activation().isGated() ? 2 * config.mlpWidth() : config.mlpWidth()}
            : new int[] {config.mlpWidth(), config.mlpWidth()},
        width,
        normal(),
        config.biases().mlp());
    addLinear(
        new String[] {names.mlpOutput(layer)},
        new int[] {width},
        config.mlpWidth(),
        residualNormal(),
        config.biases().mlp());
  }

  private void addHead() {
    switch (config.head()) {
      case HeadForm.Linear(boolean tied, OutputBias bias) -> {
        if (!tied) {
          addHeadWeights();
        }
        if (bias != OutputBias.NONE) {
          undecayed.add(() -> add(names.headBias(), new Constant(0), config.vocabulary()));
        }
      }
      case HeadForm.Factorised(int rank) -> {
        // A·B then has entries of variance rank·(0.02²)·(1/rank), as a full head's.
        add(ParameterNames.HEAD_A, normal(), config.vocabulary(), rank);
        add(ParameterNames.HEAD_B, new Normal(1 / Math.sqrt(rank)), rank, config.embeddingWidth());
      }
      case HeadForm.Sigsoftmax(boolean tied) -> {
        if (!tied) {
          addHeadWeights();
        }
      }
      case HeadForm.MixtureOfSoftmaxes(int components) -> {
        addHeadWeights();
        addProjections(components);
        add(ParameterNames.HEAD_PRIOR, normal(), components, config.embeddingWidth());
      }
      case HeadForm.MultipleHidden(int vectors) -> {
        addHeadWeights();
        addProjections(vectors);
      }
      case HeadForm.ClassFactored(int classes) -> {
        addHeadWeights();
        add(ParameterNames.HEAD_CLASSES, normal(), classes, config.embeddingWidth());
      }
    }
  }

  private void addHeadWeights() {
    add(names.head(), normal(), config.vocabulary(), config.embeddingWidth());
  }

  /** Of variance 1 from a normalised hidden state: tanh bends them, and no two are alike. */
  private void addProjections(int count) {
    Normal unitVariance = new Normal(1 / Math.sqrt(config.embeddingWidth()));
    add(
        ParameterNames.HEAD_PROJECTIONS,
        unitVariance,
        (long) count * config.embeddingWidth(),
        config.embeddingWidth());
  }

  /** Weights with {@code inputs} columns whose rows touch, and their biases likewise. */
  private void addLinear(
      String[] prefixes, int[] outputs, int inputs, Initialisation initialisation, boolean biased) {
    align();
    for (int i = 0; i < prefixes.length; i++) {
      place(prefixes[i] + ".weight", Shape.of(outputs[i], inputs), initialisation);
    }
    if (biased) {
      vectors.add(() -> {
        align();
        for (int i = 0; i < prefixes.length; i++) {
          place(prefixes[i] + ".bias", Shape.of(outputs[i]), new Constant(0));
        }
      });
    }
  }

  private void addNorm(String prefix, int width) {
    if (config.norm() == Norm.PLAIN_LAYER) {
      return;
    }
    Constant one = new Constant(config.norm() == Norm.RMS_PLUS_ONE ? 0 : 1);
    vectors.add(() -> add(prefix + ".weight", one, width));
    if (config.norm() == Norm.LAYER) {
      vectors.add(() -> add(prefix + ".bias", new Constant(0), width));
    }
  }

  private void add(String name, Initialisation initialisation, long... extents) {
    align();
    place(name, Shape.of(extents), initialisation);
  }

  private void place(String name, Shape shape, Initialisation initialisation) {
    specs.put(name, new ParameterSpec(name, shape, size, initialisation));
    size += shape.size();
  }

  private void align() {
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static Normal normal() {
    return new Normal(STANDARD_DEVIATION);
  }

  /** Projections into the residual stream: 2·layers of them add up (Radford et al., 2019). */
  private Normal residualNormal() {
    return new Normal(STANDARD_DEVIATION / Math.sqrt(2.0 * config.layers()));
  }
}
