package dev.gatun.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.gatun.backend.AttentionShape;
import dev.gatun.model.HeadForm.OutputBias;
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
    for (Positions of : List.of(positions, attentionForm.others().positions())) {
      if (of instanceof Positions.Rotary rotary) {
        rotary.requireFits(headWidth);
      }
    }
    for (int layer : attentionForm.others().layers()) {
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
    head.requireFits(vocabulary, narrowEmbedding.orElse(width));
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

  static void requirePositive(String what, int value) {
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
    return attentionForm.others().layers().contains(layer);
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
        attentionForm.scoreCap().orElse(Double.POSITIVE_INFINITY),
        isOther(layer) ? attentionForm.others().window().orElse(contextLength) : contextLength);
  }
}
