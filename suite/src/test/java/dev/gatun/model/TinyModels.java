package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.data.Randomness;
import dev.gatun.model.AttentionForm.OtherLayers;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/** Whole models small enough for the oracle; no two extents are equal where it can be helped. */
public final class TinyModels {
  public static final int VOCABULARY = 13;
  public static final int BATCH = 2;
  public static final int LENGTH = 5;

  /** One of each kind, by name. */
  public static final Map<String, TransformerConfig> CONFIGS =
      Map.ofEntries(
          Map.entry("gpt2 tied", gpt2()),
          Map.entry("gpt2 untied", gpt2().withHead(new HeadForm.Linear(false))),
          Map.entry("gpt2 factorised", gpt2().withHead(new HeadForm.Factorised(3))),
          Map.entry("gpt2 exact GELU", withActivation(gpt2(), Activation.GELU)),
          Map.entry("gpt2 ReLU", withActivation(gpt2(), Activation.RELU)),
          Map.entry(
              "gpt2 head bias", gpt2().withHead(new HeadForm.Linear(true, OutputBias.LEARNED))),
          Map.entry("gpt2 sigsoftmax", gpt2().withHead(new HeadForm.Sigsoftmax(true))),
          Map.entry("gpt2 mixture", gpt2().withHead(new HeadForm.MixtureOfSoftmaxes(3))),
          Map.entry("llama", llama()),
          Map.entry("llama tied", llama().withHead(new HeadForm.Linear(true))),
          Map.entry("llama factorised", llama().withHead(new HeadForm.Factorised(4))),
          Map.entry("llama hidden vectors", llama().withHead(new HeadForm.MultipleHidden(2))),
          Map.entry("llama classes", classes()),
          Map.entry("llama biased", llamaBiased()),
          Map.entry(
              "llama log-unigram",
              llama().withHead(new HeadForm.Linear(false, OutputBias.LOG_UNIGRAM))),
          Map.entry(
              "neox head bias",
              neoX(BlockForm.PARALLEL, 0.25)
                  .withHead(new HeadForm.Linear(false, OutputBias.LEARNED))),
          Map.entry("neox parallel", neoX(BlockForm.PARALLEL, 0.25)),
          Map.entry("neox sequential", neoX(BlockForm.NORM_BEFORE, 0.5)),
          Map.entry("qwen3", qwen3()),
          Map.entry("olmo2", olmo2()),
          Map.entry("qwen2", qwen2(OtherLayers.NONE)),
          Map.entry("qwen2 window", qwen2(window(2, 1))),
          Map.entry("mistral window", mistral()),
          Map.entry("gemma", gemma()),
          Map.entry("gemma2", gemma2()),
          Map.entry("gemma3", gemma3()),
          Map.entry("opt", opt()),
          Map.entry("opt narrow", optNarrow(BlockForm.NORM_OF_SUM, VOCABULARY, 6, 4, 7)),
          Map.entry(
              "opt narrow, norm before", optNarrow(BlockForm.NORM_BEFORE, VOCABULARY, 6, 4, 7)),
          Map.entry("olmo", olmo(OptionalDouble.empty())),
          Map.entry("olmo clipped", olmo(OptionalDouble.of(0.75))),
          Map.entry("phi3", phi3(new Positions.Unscaled())),
          Map.entry("phi3 short", phi3(longRope(LENGTH))),
          Map.entry("phi3 long", phi3(longRope(LENGTH - 1))),
          Map.entry("gpt neo", gptNeo()),
          Map.entry("smollm3", smolLm3(OptionalInt.empty())),
          Map.entry("smollm3 window", smolLm3(OptionalInt.of(2))));

  private TinyModels() {}

  public static TransformerConfig gpt2() {
    return TransformerConfig.gpt2(VOCABULARY, 6, 2, 3, 7);
  }

  public static TransformerConfig llama() {
    return TransformerConfig.llama(VOCABULARY, 8, 2, 4, 2, 10, 7);
  }

  /** With biases, and with frequencies of all three kinds: kept, blended, divided. */
  private static TransformerConfig llamaBiased() {
    return new TransformerConfig(
        Family.LLAMA,
        VOCABULARY,
        8,
        2,
        4,
        2,
        6,
        10,
        7,
        new Positions.Rotary(9, 1, new Positions.Llama3(4, 0.25, 1, 7)),
        BlockForm.NORM_BEFORE,
        Norm.RMS,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.SWIGLU,
        Biases.ALL,
        AttentionForm.usual(6),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(false));
  }

  /** Of a head's 6 elements so many turn; of an odd number one more. */
  private static TransformerConfig neoX(BlockForm form, double fraction) {
    return new TransformerConfig(
        Family.GPT_NEOX,
        VOCABULARY,
        12,
        2,
        2,
        2,
        6,
        7,
        7,
        new Positions.Rotary(100, fraction, new Positions.Linear(2)),
        form,
        Norm.LAYER,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.GELU,
        Biases.of(form == BlockForm.PARALLEL, true),
        AttentionForm.usual(6),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(form == BlockForm.NORM_BEFORE));
  }

  private static TransformerConfig qwen3() {
    return new TransformerConfig(
        Family.QWEN3,
        VOCABULARY,
        8,
        2,
        4,
        2,
        6,
        5,
        7,
        new Positions.Rotary(100),
        BlockForm.NORM_BEFORE,
        Norm.RMS,
        1e-5,
        QueryKeyNorm.PER_HEAD,
        Activation.SWIGLU,
        Biases.NONE,
        AttentionForm.usual(6),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(true));
  }

  private static TransformerConfig olmo2() {
    return new TransformerConfig(
        Family.OLMO2,
        VOCABULARY,
        12,
        2,
        6,
        3,
        2,
        5,
        7,
        new Positions.Rotary(100),
        BlockForm.NORM_AFTER,
        Norm.RMS,
        1e-5,
        QueryKeyNorm.WHOLE,
        Activation.SWIGLU,
        Biases.of(true, false),
        AttentionForm.usual(2),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(false));
  }

  private static TransformerConfig qwen2(OtherLayers window) {
    return new TransformerConfig(
        Family.QWEN2,
        VOCABULARY,
        8,
        2,
        4,
        2,
        2,
        5,
        7,
        new Positions.Rotary(100),
        BlockForm.NORM_BEFORE,
        Norm.RMS,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.SWIGLU,
        new Biases(true, false, false),
        AttentionForm.usual(2, window),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(true));
  }

  private static TransformerConfig mistral() {
    return new TransformerConfig(
        Family.MISTRAL,
        VOCABULARY,
        8,
        2,
        4,
        2,
        6,
        5,
        7,
        new Positions.Rotary(100),
        BlockForm.NORM_BEFORE,
        Norm.RMS,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.SWIGLU,
        Biases.NONE,
        AttentionForm.usual(6, window(3, 0, 1)),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(false));
  }

  private static TransformerConfig gemma() {
    return new TransformerConfig(
        Family.GEMMA,
        VOCABULARY,
        8,
        2,
        4,
        1,
        6,
        5,
        7,
        new Positions.Rotary(100),
        BlockForm.NORM_BEFORE,
        Norm.RMS_PLUS_ONE,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.GEGLU,
        Biases.NONE,
        AttentionForm.usual(6),
        (float) Math.sqrt(8),
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(true));
  }

  private static TransformerConfig gemma2() {
    return new TransformerConfig(
        Family.GEMMA2,
        VOCABULARY,
        8,
        2,
        4,
        2,
        6,
        5,
        7,
        new Positions.Rotary(100),
        BlockForm.NORM_AROUND,
        Norm.RMS_PLUS_ONE,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.GEGLU,
        Biases.NONE,
        new AttentionForm(9, OptionalDouble.of(1.5), window(3, 0)),
        (float) Math.sqrt(8),
        OptionalDouble.of(2),
        OptionalInt.empty(),
        new HeadForm.Linear(true));
  }

  private static TransformerConfig gemma3() {
    return new TransformerConfig(
        Family.GEMMA3,
        VOCABULARY,
        8,
        2,
        4,
        1,
        6,
        5,
        7,
        new Positions.Rotary(50, 1, new Positions.Linear(2)),
        BlockForm.NORM_AROUND,
        Norm.RMS_PLUS_ONE,
        1e-5,
        QueryKeyNorm.PER_HEAD,
        Activation.GEGLU,
        Biases.of(true, false),
        new AttentionForm(9, OptionalDouble.empty(), window(2, 1)),
        (float) Math.sqrt(8),
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(false));
  }

  private static TransformerConfig opt() {
    return new TransformerConfig(
        Family.OPT,
        VOCABULARY,
        6,
        2,
        3,
        3,
        2,
        5,
        7,
        new Positions.Learned(2),
        BlockForm.NORM_BEFORE,
        Norm.LAYER,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.RELU,
        Biases.ALL,
        AttentionForm.usual(2),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(true));
  }

  /** With projections from and to a narrow embedding. */
  public static TransformerConfig optNarrow(
      BlockForm form, int vocabulary, int width, int embeddingWidth, int length) {
    return new TransformerConfig(
        Family.OPT,
        vocabulary,
        width,
        2,
        3,
        3,
        width / 3,
        5,
        length,
        new Positions.Learned(2),
        form,
        Norm.LAYER,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.RELU,
        Biases.ALL,
        AttentionForm.usual(width / 3),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(form == BlockForm.NORM_OF_SUM),
        OptionalInt.of(embeddingWidth));
  }

  private static TransformerConfig olmo(OptionalDouble clip) {
    return new TransformerConfig(
        Family.OLMO,
        VOCABULARY,
        8,
        2,
        4,
        2,
        2,
        5,
        7,
        new Positions.Rotary(100),
        BlockForm.NORM_BEFORE,
        Norm.PLAIN_LAYER,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.SWIGLU,
        Biases.NONE,
        AttentionForm.usual(2).clippedAt(clip),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(false));
  }

  /** Of sequences that are longer than this, or not. */
  private static Positions.Scaling longRope(int context) {
    return new Positions.LongRope(List.of(1.5), List.of(0.25), context, 1.25);
  }

  private static TransformerConfig phi3(Positions.Scaling scaling) {
    return new TransformerConfig(
        Family.PHI3,
        VOCABULARY,
        8,
        2,
        2,
        1,
        4,
        5,
        7,
        new Positions.Rotary(100, 0.5, scaling),
        BlockForm.NORM_BEFORE,
        Norm.RMS,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.SWIGLU,
        Biases.NONE,
        AttentionForm.usual(4),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(false));
  }

  private static TransformerConfig gptNeo() {
    return new TransformerConfig(
        Family.GPT_NEO,
        VOCABULARY,
        6,
        2,
        3,
        3,
        2,
        5,
        7,
        new Positions.Learned(),
        BlockForm.NORM_BEFORE,
        Norm.LAYER,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.GELU_TANH,
        new Biases(false, true, true),
        new AttentionForm(
            1,
            OptionalDouble.empty(),
            new OtherLayers(List.of(1), new Positions.Learned(), OptionalInt.of(2))),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(true));
  }

  private static TransformerConfig smolLm3(OptionalInt window) {
    return new TransformerConfig(
        Family.SMOLLM3,
        VOCABULARY,
        8,
        2,
        4,
        2,
        2,
        5,
        7,
        new Positions.Rotary(100),
        BlockForm.NORM_BEFORE,
        Norm.RMS,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.SWIGLU,
        Biases.NONE,
        AttentionForm.usual(2, new OtherLayers(List.of(1), new Positions.None(), window)),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(true));
  }

  /** Layers whose queries see this many tokens. */
  private static OtherLayers window(int width, Integer... layers) {
    return new OtherLayers(List.of(layers), new Positions.Rotary(100), OptionalInt.of(width));
  }

  /** Of 13 tokens one class alone is possible, or 13 of one token. */
  private static TransformerConfig classes() {
    return llama().withHead(new HeadForm.ClassFactored(VOCABULARY));
  }

  private static TransformerConfig withActivation(TransformerConfig c, Activation activation) {
    return new TransformerConfig(
        c.family(),
        c.vocabulary(),
        c.width(),
        c.layers(),
        c.heads(),
        c.keyValueHeads(),
        c.headWidth(),
        c.mlpWidth(),
        c.contextLength(),
        c.positions(),
        c.blockForm(),
        c.norm(),
        c.normEpsilon(),
        c.queryKeyNorm(),
        activation,
        c.biases(),
        c.attentionForm(),
        c.embeddingScale(),
        c.logitCap(),
        c.paddingToken(),
        c.head(),
        c.narrowEmbedding());
  }

  /** Large weights, so that no path through the model is nearly linear. */
  public static LanguageModel rough(Backend backend, TransformerConfig config, long seed) {
    LanguageModel model = initialised(backend, config, seed);
    RandomGenerator random = Randomness.of(seed).stream("rough").generator();
    for (String name : model.parameters().names()) {
      double[] values = backend.toDoubles(model.parameters().value(name));
      for (int i = 0; i < values.length; i++) {
        values[i] += 0.4 * random.nextGaussian();
      }
      backend.write(values, model.parameters().value(name));
    }
    return model;
  }

  public static LanguageModel initialised(Backend backend, TransformerConfig config, long seed) {
    Randomness weights = Randomness.of(seed).stream("weights");
    return LanguageModel.initialise(
        backend, config, (name, out, deviation) -> weights.stream(name).gaussian(out, deviation));
  }

  public static int[] tokens(int count, int vocabulary, long seed) {
    return Randomness.of(seed).stream("tokens").generator().ints(count, 0, vocabulary).toArray();
  }
}
