package dev.gatun.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.gatun.backend.AttentionShape;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The shape of a decoder-only transformer with its head.
 *
 * @param family whose parameter names it uses
 * @param vocabulary V, number of tokens
 * @param width D, width of the residual stream
 * @param layers number of blocks
 * @param heads query heads per block
 * @param keyValueHeads key/value heads per block; divides {@code heads}
 * @param headWidth width of one attention head
 * @param mlpWidth F, inner width of the MLP
 * @param contextLength longest sequence, in tokens
 * @param positions how positions enter
 * @param blockForm how a block puts its norms, its attention and its MLP together
 * @param norm which normalisation
 * @param normEpsilon its epsilon
 * @param queryKeyNorm an RMSNorm of queries and keys
 * @param activation of the MLP
 * @param biases which linear layers have biases (LayerNorm always has one, RMSNorm never)
 * @param attentionForm what attention does beside the usual
 * @param embeddingScale what token embeddings are multiplied by before the first block
 * @param logitCap c, which makes c·tanh(z/c) of a logit z of a linear head
 * @param paddingToken a token whose embedding gets no gradient through the inputs
 * @param head the output layer
 * @param narrowEmbedding width E < D of the token embedding and of the head's inputs, where it is
 *     not D: a projection [D, E] leads from the embedding into the residual stream, and one [E, D]
 *     to the head; left out of JSON where there is none
 */
public record TransformerConfig(
    Family family,
    int vocabulary,
    int width,
    int layers,
    int heads,
    int keyValueHeads,
    int headWidth,
    int mlpWidth,
    int contextLength,
    Positions positions,
    BlockForm blockForm,
    Norm norm,
    double normEpsilon,
    QueryKeyNorm queryKeyNorm,
    Activation activation,
    Biases biases,
    AttentionForm attentionForm,
    double embeddingScale,
    OptionalDouble logitCap,
    OptionalInt paddingToken,
    HeadForm head,
    @JsonInclude(JsonInclude.Include.NON_ABSENT) OptionalInt narrowEmbedding) {

  /** Whose parameter names (those of the Hugging Face checkpoints) a model uses. */
  public enum Family {
    /** As in {@code transformer.h.0.attn.c_attn.weight}; checkpoints hold weights as [in, out]. */
    GPT2("GPT-2"),
    /** As in {@code gpt_neox.layers.0.attention.dense.weight} (Pythia). */
    GPT_NEOX("GPT-NeoX"),
    /** As in {@code model.layers.0.self_attn.q_proj.weight}. */
    LLAMA("Llama"),
    /** Llama's names, with {@code self_attn.q_norm} and {@code k_norm}. */
    QWEN3("Qwen3"),
    /** Llama's names, with {@code post_feedforward_layernorm}: norms come after. */
    OLMO2("OLMo 2"),
    /** Llama's names. */
    QWEN2("Qwen2"),
    /** Llama's names. */
    MISTRAL("Mistral"),
    /** Llama's names. */
    GEMMA("Gemma"),
    /** Llama's names, with a norm before and one after attention and MLP. */
    GEMMA2("Gemma 2"),
    /** As Gemma 2, with {@code self_attn.q_norm} and {@code k_norm}. */
    GEMMA3("Gemma 3"),
    /** As in {@code model.decoder.layers.0.self_attn.q_proj.weight}. */
    OPT("OPT"),
    /** Llama's names, without norms. */
    OLMO("OLMo"),
    /** Llama's names, with {@code self_attn.qkv_proj} and {@code mlp.gate_up_proj}. */
    PHI3("Phi-3"),
    /** As in {@code transformer.h.0.attn.attention.q_proj.weight}. */
    GPT_NEO("GPT-Neo"),
    /** Llama's names. */
    SMOLLM3("SmolLM3");

    private final String label;

    Family(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }
  }

  /** How a block puts its norms, its attention and its MLP together. */
  public enum BlockForm {
    /** y = x + attention(norm(x)), then y + mlp(norm(y)). */
    NORM_BEFORE,
    /** x + attention(norm(x)) + mlp(norm(x)), with a norm for each. */
    PARALLEL,
    /** y = x + norm(attention(x)), then y + norm(mlp(y)). */
    NORM_AFTER,
    /** y = x + norm(attention(norm(x))), then y + norm(mlp(norm(y))). */
    NORM_AROUND,
    /** y = norm(x + attention(x)), then norm(y + mlp(y)); there is no further norm at the end. */
    NORM_OF_SUM
  }

  /** The normalisation of each block and before the head. */
  public enum Norm {
    /** LayerNorm with weight and bias. */
    LAYER,
    /** RMSNorm with weight. */
    RMS,
    /** RMSNorm with 1 + weight. */
    RMS_PLUS_ONE,
    /** LayerNorm with neither weight nor bias. */
    PLAIN_LAYER
  }

  /** RMSNorm of queries and keys, before positions enter. */
  public enum QueryKeyNorm {
    /** None. */
    NONE,
    /** Of each head on its own; all heads share the weights, [headWidth]. */
    PER_HEAD,
    /** Of all heads' queries, and all heads' keys, at once. */
    WHOLE
  }

  /**
   * Which linear layers have biases.
   *
   * @param queryKeyValue those that make queries, keys and values
   * @param attentionOutput the one that attention ends in
   * @param mlp both of the MLP
   */
  public record Biases(boolean queryKeyValue, boolean attentionOutput, boolean mlp) {
    /** Every linear layer has one. */
    public static final Biases ALL = of(true, true);

    /** None has. */
    public static final Biases NONE = of(false, false);

    /** Attention has all of its biases or none. */
    public static Biases of(boolean attention, boolean mlp) {
      return new Biases(attention, attention, mlp);
    }
  }

  /**
   * How attention differs from softmax(QKᵀ/√headWidth)·V over all tokens so far.
   *
   * @param scoreVariance the scores QKᵀ are divided by its square root; usually the head width
   * @param byLayer whether layer l, counted from 0, divides its scores by l + 1 as well
   * @param scoreCap c, which then makes c·tanh(s/c) of a score s
   * @param others layers that differ from the rest
   * @param clip c, which then makes min(max(x, −c), c) of each element x of queries, keys and
   *     values, before any norm and positions; left out of JSON where there is none
   */
  public record AttentionForm(
      double scoreVariance,
      boolean byLayer,
      OptionalDouble scoreCap,
      OtherLayers others,
      @JsonInclude(JsonInclude.Include.NON_ABSENT) OptionalDouble clip) {
    /** Checks the numbers. */
    public AttentionForm {
      if (!(scoreVariance > 0) || !(scoreCap.orElse(1) > 0)) {
        throw new IllegalArgumentException(
            "the scores' variance, %s, and their cap, %s, must be positive"
                .formatted(scoreVariance, scoreCap.isPresent() ? scoreCap.getAsDouble() : "none"));
      }
      if (clip.isPresent() && !(clip.getAsDouble() > 0)) {
        throw new IllegalArgumentException(
            "queries, keys and values can only be clipped at a positive number, not "
                + clip.getAsDouble());
      }
    }

    /** Every layer divides its scores by the same number, and nothing is clipped. */
    public AttentionForm(double scoreVariance, OptionalDouble scoreCap, OtherLayers others) {
      this(scoreVariance, false, scoreCap, others, OptionalDouble.empty());
    }

    /** The same with queries, keys and values clipped. */
    public AttentionForm clippedAt(OptionalDouble limit) {
      return new AttentionForm(scoreVariance, byLayer, scoreCap, others, limit);
    }

    double scoreVariance(int layer) {
      return byLayer ? scoreVariance * (layer + 1) * (layer + 1) : scoreVariance;
    }

    /** As usual, in heads of this width. */
    public static AttentionForm usual(int headWidth) {
      return new AttentionForm(headWidth, OptionalDouble.empty(), OtherLayers.NONE);
    }

    /** As usual but in some layers. */
    public static AttentionForm usual(int headWidth, OtherLayers others) {
      return new AttentionForm(headWidth, OptionalDouble.empty(), others);
    }
  }

  /**
   * Layers whose attention differs from the rest.
   *
   * @param layers their numbers
   * @param positions how positions enter them
   * @param window tokens that a query sees there: its own, and those just before it
   */
  public record OtherLayers(List<Integer> layers, Positions positions, OptionalInt window) {
    /** No layer differs from the others. */
    public static final OtherLayers NONE =
        new OtherLayers(List.of(), new Positions.None(), OptionalInt.empty());
  }

  /** Activation of the MLP. */
  public enum Activation {
    /** GELU in its tanh form. */
    GELU_TANH,
    /** GELU with the exact error function. */
    GELU,
    /** max(x, 0). */
    RELU,
    /** silu(gate)·value. */
    SWIGLU,
    /** GELU in its tanh form of the gate, times the value. */
    GEGLU;

    /** Whether the MLP's first layer has a gate beside its values: 2F outputs instead of F. */
    public boolean isGated() {
      return this == SWIGLU || this == GEGLU;
    }
  }

  /** The bias b [V] of the logits H·Wᵀ + 1·bᵀ; weight decay never applies to it. */
  public enum OutputBias {
    /** None: frequent and rare tokens have to be told apart by W. */
    NONE("none"),
    /** A parameter, 0 before training. */
    LEARNED("learned"),
    /** The logarithm of how often each token occurs in the text that is trained on; not trained. */
    LOG_UNIGRAM("log-unigram");

    private final String label;

    OutputBias(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }

    /**
     * The bias of a label.
     *
     * @throws IllegalArgumentException if there is none of that label
     */
    public static OutputBias of(String label) {
      return Arrays.stream(values())
          .filter(bias -> bias.label.equals(label))
          .findFirst()
          .orElseThrow(() ->
              new IllegalArgumentException(
                  "'%s' is no output bias; there are %s".formatted(label, labels())));
    }

    public static List<String> labels() {
      return Arrays.stream(values()).map(OutputBias::label).toList();
    }
  }

  /** The output layer. */
  public sealed interface HeadForm {
    /** All {@link #label labels}. */
    List<String> LABELS =
        List.of(
            "linear",
            "factorised",
            "sigsoftmax",
            "mixture-of-softmaxes",
            "multiple-hidden",
            "class-factored");

    /** As configurations name it. */
    @JsonProperty(value = "form", index = 0)
    default String label() {
      return switch (this) {
        case Linear _ -> "linear";
        case Factorised _ -> "factorised";
        case Sigsoftmax _ -> "sigsoftmax";
        case MixtureOfSoftmaxes _ -> "mixture-of-softmaxes";
        case MultipleHidden _ -> "multiple-hidden";
        case ClassFactored _ -> "class-factored";
      };
    }

    /** Logits that it holds for a token of a context while it works. */
    default int logitsPerToken() {
      return switch (this) {
        case Linear _, Factorised _, ClassFactored _ -> 1;
        case Sigsoftmax _ -> 2;
        case MixtureOfSoftmaxes(int components) -> components;
        case MultipleHidden(int vectors) -> vectors;
      };
    }

    /** W [V, D], its own or the token embedding's, and a bias if it has one. */
    record Linear(boolean tied, OutputBias bias) implements HeadForm {
      /** Without a bias. */
      public Linear(boolean tied) {
        this(tied, OutputBias.NONE);
      }

      /** Whether the logits have a bias. */
      public boolean isBiased() {
        return bias != OutputBias.NONE;
      }
    }

    /** W = A·B with A [V, rank], B [rank, D]. */
    record Factorised(int rank) implements HeadForm {}

    /**
     * {@link dev.gatun.model.head.SigsoftmaxHead}, its weights its own or the token embedding's.
     */
    record Sigsoftmax(boolean tied) implements HeadForm {}

    /** {@link dev.gatun.model.head.MixtureOfSoftmaxesHead} of K components. */
    record MixtureOfSoftmaxes(int components) implements HeadForm {}

    /** {@link dev.gatun.model.head.MultipleHiddenHead} of K hidden vectors per position. */
    record MultipleHidden(int vectors) implements HeadForm {}

    /**
     * {@link dev.gatun.model.head.ClassFactoredHead}; the number of classes divides the vocabulary.
     */
    record ClassFactored(int classes) implements HeadForm {
      /** As many classes as the largest divisor of the vocabulary up to its square root. */
      public static ClassFactored nearSquareRoot(int vocabulary) {
        int best = 1;
        for (int classes = 2; classes <= vocabulary / classes; classes++) {
          best = vocabulary % classes == 0 ? classes : best;
        }
        return new ClassFactored(best);
      }
    }
  }

  /** Checks that the extents fit each other. */
  public TransformerConfig {
    requirePositive("vocabulary", vocabulary);
    requirePositive("width", width);
    requirePositive("layers", layers);
    requirePositive("heads", heads);
    requirePositive("key-value heads", keyValueHeads);
    requirePositive("head width", headWidth);
    requirePositive("MLP width", mlpWidth);
    requirePositive("context length", contextLength);
    requireIntWidths(heads, keyValueHeads, headWidth, mlpWidth);
    if (!(normEpsilon > 0)) {
      throw new IllegalArgumentException("norm epsilon must be positive, not " + normEpsilon);
    }
    if (heads % keyValueHeads != 0) {
      throw new IllegalArgumentException(
          heads + " heads cannot share " + keyValueHeads + " key/value heads evenly");
    }
    for (Positions of : List.of(positions, attentionForm.others.positions)) {
      if (of instanceof Positions.Rotary rotary) {
        rotary.requireFits(headWidth);
      }
    }
    for (int layer : attentionForm.others.layers) {
      if (layer < 0 || layer >= layers) {
        throw new IllegalArgumentException(
            "there is no layer %s among %s".formatted(layer, layers));
      }
    }
    if (paddingToken.isPresent()
        && (paddingToken.getAsInt() < 0 || paddingToken.getAsInt() >= vocabulary)) {
      throw new IllegalArgumentException(
          "the padding token, %s, is outside the vocabulary of %s"
              .formatted(paddingToken.getAsInt(), vocabulary));
    }
    if (narrowEmbedding.isPresent()
        && (narrowEmbedding.getAsInt() < 1 || narrowEmbedding.getAsInt() >= width)) {
      throw new IllegalArgumentException(
          "a projected token embedding must be narrower than the width, %s, and not %s"
              .formatted(width, narrowEmbedding.getAsInt()));
    }
    checkHead(head, vocabulary, narrowEmbedding.orElse(width));
    if (logitCap.isPresent() && !(logitCap.getAsDouble() > 0 && head instanceof HeadForm.Linear)) {
      throw new IllegalArgumentException(
          "only logits of a linear head can be capped, and at a positive number, not %s of a %s one"
              .formatted(logitCap.getAsDouble(), head.label()));
    }
  }

  /** A model whose token embedding is as wide as its residual stream. */
  public TransformerConfig(
      Family family,
      int vocabulary,
      int width,
      int layers,
      int heads,
      int keyValueHeads,
      int headWidth,
      int mlpWidth,
      int contextLength,
      Positions positions,
      BlockForm blockForm,
      Norm norm,
      double normEpsilon,
      QueryKeyNorm queryKeyNorm,
      Activation activation,
      Biases biases,
      AttentionForm attentionForm,
      double embeddingScale,
      OptionalDouble logitCap,
      OptionalInt paddingToken,
      HeadForm head) {
    this(
        family,
        vocabulary,
        width,
        layers,
        heads,
        keyValueHeads,
        headWidth,
        mlpWidth,
        contextLength,
        positions,
        blockForm,
        norm,
        normEpsilon,
        queryKeyNorm,
        activation,
        biases,
        attentionForm,
        embeddingScale,
        logitCap,
        paddingToken,
        head,
        OptionalInt.empty());
  }

  private static void checkHead(HeadForm head, int vocabulary, int width) {
    switch (head) {
      case HeadForm.Linear _, HeadForm.Sigsoftmax _ -> {}
      case HeadForm.Factorised(int rank) -> {
        if (rank < 1 || rank > width) {
          throw new IllegalArgumentException(
              "head rank %s is not between 1 and the width, %s".formatted(rank, width));
        }
      }
      case HeadForm.MixtureOfSoftmaxes(int components) ->
          requirePositive("head components", components);
      case HeadForm.MultipleHidden(int vectors) -> requirePositive("head vectors", vectors);
      case HeadForm.ClassFactored(int classes) -> {
        if (classes < 1 || vocabulary % classes != 0) {
          throw new IllegalArgumentException(
              "%s head classes do not divide the vocabulary of %s evenly; %s would"
                  .formatted(
                      classes,
                      vocabulary,
                      HeadForm.ClassFactored.nearSquareRoot(vocabulary).classes));
        }
      }
    }
  }

  /** Checks that an int counts a row of queries, keys and values, and one of a gated MLP. */
  private static void requireIntWidths(int heads, int keyValueHeads, int headWidth, int mlpWidth) {
    // Divided, because the product may not fit a long either.
    if (heads + 2L * keyValueHeads > Integer.MAX_VALUE / headWidth
        || mlpWidth > Integer.MAX_VALUE / 2) {
      throw new IllegalArgumentException(
          "%s heads and %s key-value heads of width %s, or an MLP of width %s, are too wide"
              .formatted(heads, keyValueHeads, headWidth, mlpWidth));
    }
  }

  private static void requirePositive(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + " must be at least 1, not " + value);
    }
  }

  /**
   * GPT-2 style (Radford et al., 2019): learned positions, LayerNorm, tanh GELU, biases, an MLP of
   * 4·width and a tied head.
   *
   * @throws IllegalArgumentException if heads do not divide the width
   */
  public static TransformerConfig gpt2(
      int vocabulary, int width, int layers, int heads, int contextLength) {
    return new TransformerConfig(
        Family.GPT2,
        vocabulary,
        width,
        layers,
        heads,
        heads,
        headWidth(width, heads),
        4 * width,
        contextLength,
        new Positions.Learned(),
        BlockForm.NORM_BEFORE,
        Norm.LAYER,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.GELU_TANH,
        Biases.ALL,
        AttentionForm.usual(headWidth(width, heads)),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(true));
  }

  /**
   * Llama style (Touvron et al., arXiv 2302.13971): rotary positions, RMSNorm, SwiGLU, grouped
   * queries, no biases and an untied head.
   *
   * @throws IllegalArgumentException if heads do not divide the width
   */
  public static TransformerConfig llama(
      int vocabulary,
      int width,
      int layers,
      int heads,
      int keyValueHeads,
      int mlpWidth,
      int contextLength) {
    return new TransformerConfig(
        Family.LLAMA,
        vocabulary,
        width,
        layers,
        heads,
        keyValueHeads,
        headWidth(width, heads),
        mlpWidth,
        contextLength,
        new Positions.Rotary(10_000),
        BlockForm.NORM_BEFORE,
        Norm.RMS,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.SWIGLU,
        Biases.NONE,
        AttentionForm.usual(headWidth(width, heads)),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(false));
  }

  /**
   * The usual width of an attention head, width / heads.
   *
   * @throws IllegalArgumentException if heads do not divide the width
   */
  public static int headWidth(int width, int heads) {
    requirePositive("heads", heads);
    if (width % heads != 0) {
      throw new IllegalArgumentException(
          "width %s is not divisible by %s heads".formatted(width, heads));
    }
    return width / heads;
  }

  /** The same with another head. */
  public TransformerConfig withHead(HeadForm other) {
    return new TransformerConfig(
        family,
        vocabulary,
        width,
        layers,
        heads,
        keyValueHeads,
        headWidth,
        mlpWidth,
        contextLength,
        positions,
        blockForm,
        norm,
        normEpsilon,
        queryKeyNorm,
        activation,
        biases,
        attentionForm,
        embeddingScale,
        logitCap,
        paddingToken,
        other,
        narrowEmbedding);
  }

  /** Width of the token embedding and of the head's inputs: E if that is narrow, else D. */
  public int embeddingWidth() {
    return narrowEmbedding.orElse(width);
  }

  /** Whether a norm comes between the last block and the head. */
  boolean hasFinalNorm() {
    return blockForm != BlockForm.NORM_OF_SUM;
  }

  /** Whether the head's weights are the token embedding's. */
  public boolean isTied() {
    return switch (head) {
      case HeadForm.Linear(boolean tied, _) -> tied;
      case HeadForm.Sigsoftmax(boolean tied) -> tied;
      default -> false;
    };
  }

  /**
   * Checks a batch of sequences [batch, length] of token ids.
   *
   * @throws IllegalArgumentException if the sequences are longer than the context, or a token is
   *     not in the vocabulary
   */
  public void requireFits(int[] tokens, int batch, int length) {
    if (tokens.length != (long) batch * length) {
      throw new IllegalArgumentException(
          "%s tokens do not fill [%s, %s]".formatted(tokens.length, batch, length));
    }
    if (length > contextLength) {
      throw new IllegalArgumentException(
          "sequences of %s tokens do not fit the model's context of %s"
              .formatted(length, contextLength));
    }
    for (int token : tokens) {
      if (token < 0 || token >= vocabulary) {
        throw new IllegalArgumentException(
            "token %s is outside the model's vocabulary of %s".formatted(token, vocabulary));
      }
    }
  }

  public OutputBias outputBias() {
    return head instanceof HeadForm.Linear(_, OutputBias bias) ? bias : OutputBias.NONE;
  }

  /** Whether a layer's attention differs from that of the rest. */
  boolean isOther(int layer) {
    return attentionForm.others.layers.contains(layer);
  }

  /** The attention of a layer over a batch of sequences. */
  public AttentionShape attention(int batch, int length, int layer) {
    return new AttentionShape(
        batch,
        length,
        heads,
        keyValueHeads,
        headWidth,
        attentionForm.scoreVariance(layer),
        attentionForm.scoreCap.orElse(Double.POSITIVE_INFINITY),
        isOther(layer) ? attentionForm.others.window.orElse(contextLength) : contextLength);
  }
}
