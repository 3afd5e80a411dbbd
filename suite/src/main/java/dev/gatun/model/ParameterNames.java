package dev.gatun.model;

/**
 * The names that a family's Hugging Face checkpoints give to the parameters. Fused projections list
 * their parts in the order of the fused rows.
 */
public sealed interface ParameterNames {
  /** Token embedding [V, D]. */
  String tokenEmbedding();

  /** Learned positions [offset + contextLength, D]. */
  default String positionEmbedding() {
    throw new IllegalStateException("no checkpoint of this family names learned positions");
  }

  /** Prefix of a norm; {@code .weight} and {@code .bias} follow. */
  String attentionNorm(int layer);

  /** Prefixes of queries, keys and values: one if the checkpoint fuses them, else three. */
  String[] queryKeyValue(int layer);

  /** Prefix of the projection back from attention. */
  String attentionOutput(int layer);

  /** Prefix of a norm. */
  String mlpNorm(int layer);

  /** Prefixes of the MLP's first layer: gate and value, or one. */
  String[] mlpInput(int layer);

  /** Prefix of the MLP's second layer. */
  String mlpOutput(int layer);

  /** Prefix of the norm before the head. */
  String finalNorm();

  /** Prefix of the projection from a narrow token embedding into the residual stream. */
  default String inputProjection() {
    throw new IllegalStateException("no checkpoint of this family names a narrow embedding");
  }

  /** Prefix of the projection from the residual stream to a head of a narrow embedding's width. */
  default String outputProjection() {
    throw new IllegalStateException("no checkpoint of this family names a narrow embedding");
  }

  /** Prefix of the norm before attention, where there is one after it too. */
  default String attentionInputNorm(int layer) {
    throw new IllegalStateException("no checkpoint of this family names a second norm");
  }

  /** Prefix of the norm before the MLP, where there is one after it too. */
  default String mlpInputNorm(int layer) {
    throw new IllegalStateException("no checkpoint of this family names a second norm");
  }

  /** Prefix of the norm of queries. */
  default String queryNorm(int layer) {
    throw new IllegalStateException("no checkpoint of this family names a norm of queries");
  }

  /** Prefix of the norm of keys. */
  default String keyNorm(int layer) {
    throw new IllegalStateException("no checkpoint of this family names a norm of keys");
  }

  /** Head weights [V, D] of an untied head. */
  default String head() {
    return "lm_head.weight";
  }

  /** Bias [V] of the logits (no published checkpoint of these families has one). */
  default String headBias() {
    return "lm_head.bias";
  }

  /** The name that checkpoint files give to a parameter, where it is another. */
  default String stored(String name) {
    return name;
  }

  /** What all names but the head's begin with; checkpoints of the backbone alone leave it out. */
  String backbone();

  /**
   * Whether this is a constant that older checkpoints store beside the parameters: a causal mask,
   * or rotary frequencies.
   */
  boolean isConstant(String name);

  /** A [V, rank] of a factorised head (Gatun's own name; no published checkpoint has one). */
  String HEAD_A = "lm_head.a.weight";

  /** B [rank, D] of a factorised head. */
  String HEAD_B = "lm_head.b.weight";

  /** Projections U [K·D, D] to several hidden vectors, one below the other. */
  String HEAD_PROJECTIONS = "lm_head.projections.weight";

  /** Prior R [K, D] of a mixture of softmaxes. */
  String HEAD_PRIOR = "lm_head.prior.weight";

  /** Class weights C [K, D] of a two-stage softmax. */
  String HEAD_CLASSES = "lm_head.classes.weight";

  static ParameterNames of(TransformerConfig config) {
    return switch (config.family()) {
      case GPT2 -> new Gpt2();
      case GPT_NEOX -> new GptNeoX();
      case LLAMA, QWEN2, QWEN3, MISTRAL, GEMMA, OLMO, SMOLLM3 ->
          new Llama("input_layernorm", "post_attention_layernorm", false);
      case PHI3 -> new Llama("input_layernorm", "post_attention_layernorm", true);
      case OLMO2, GEMMA2, GEMMA3 ->
          new Llama("post_attention_layernorm", "post_feedforward_layernorm", false);
      case OPT -> new Opt();
      case GPT_NEO -> new GptNeo();
    };
  }

  /** GPT-2's names. */
  record Gpt2() implements ParameterNames {
    private static String block(int layer) {
      return "transformer.h." + layer;
    }

    @Override
    public String tokenEmbedding() {
      return "transformer.wte.weight";
    }

    @Override
    public String positionEmbedding() {
      return "transformer.wpe.weight";
    }

    @Override
    public String attentionNorm(int layer) {
      return block(layer) + ".ln_1";
    }

    @Override
    public String[] queryKeyValue(int layer) {
      return new String[] {block(layer) + ".attn.c_attn"};
    }

    @Override
    public String attentionOutput(int layer) {
      return block(layer) + ".attn.c_proj";
    }

    @Override
    public String mlpNorm(int layer) {
      return block(layer) + ".ln_2";
    }

    @Override
    public String[] mlpInput(int layer) {
      return new String[] {block(layer) + ".mlp.c_fc"};
    }

    @Override
    public String mlpOutput(int layer) {
      return block(layer) + ".mlp.c_proj";
    }

    @Override
    public String finalNorm() {
      return "transformer.ln_f";
    }

    @Override
    public String backbone() {
      return "transformer.";
    }

    @Override
    public boolean isConstant(String name) {
      return name.matches("(transformer\\.)?h\\.[0-9]+\\.attn\\.(masked_)?bias");
    }
  }

  /** GPT-NeoX' names. */
  record GptNeoX() implements ParameterNames {
    private static String block(int layer) {
      return "gpt_neox.layers." + layer;
    }

    @Override
    public String tokenEmbedding() {
      return "gpt_neox.embed_in.weight";
    }

    @Override
    public String attentionNorm(int layer) {
      return block(layer) + ".input_layernorm";
    }

    @Override
    public String[] queryKeyValue(int layer) {
      return new String[] {block(layer) + ".attention.query_key_value"};
    }

    @Override
    public String attentionOutput(int layer) {
      return block(layer) + ".attention.dense";
    }

    @Override
    public String mlpNorm(int layer) {
      return block(layer) + ".post_attention_layernorm";
    }

    @Override
    public String[] mlpInput(int layer) {
      return new String[] {block(layer) + ".mlp.dense_h_to_4h"};
    }

    @Override
    public String mlpOutput(int layer) {
      return block(layer) + ".mlp.dense_4h_to_h";
    }

    @Override
    public String finalNorm() {
      return "gpt_neox.final_layer_norm";
    }

    @Override
    public String stored(String name) {
      return switch (name) {
        case "lm_head.weight" -> "embed_out.weight";
        case "lm_head.bias" -> "embed_out.bias";
        default -> name;
      };
    }

    @Override
    public String backbone() {
      return "gpt_neox.";
    }

    @Override
    public boolean isConstant(String name) {
      return name.matches(
          "(gpt_neox\\.)?(layers\\.[0-9]+\\.attention\\.(bias|masked_bias|rotary_emb\\.inv_freq)"
              + "|rotary_emb\\.inv_freq)");
    }
  }

  /**
   * The names of Llama and of those that took them over; they differ in the blocks' norms, and in
   * whether projections are fused.
   */
  record Llama(String firstNorm, String secondNorm, boolean fused) implements ParameterNames {
    private static String block(int layer) {
      return "model.layers." + layer;
    }

    @Override
    public String tokenEmbedding() {
      return "model.embed_tokens.weight";
    }

    @Override
    public String attentionNorm(int layer) {
      return block(layer) + "." + firstNorm;
    }

    @Override
    public String[] queryKeyValue(int layer) {
      String attention = block(layer) + ".self_attn.";
      if (fused) {
        return new String[] {attention + "qkv_proj"};
      }
      return new String[] {attention + "q_proj", attention + "k_proj", attention + "v_proj"};
    }

    @Override
    public String attentionOutput(int layer) {
      return block(layer) + ".self_attn.o_proj";
    }

    @Override
    public String mlpNorm(int layer) {
      return block(layer) + "." + secondNorm;
    }

    @Override
    public String[] mlpInput(int layer) {
      String mlp = block(layer) + ".mlp.";
      if (fused) {
        return new String[] {mlp + "gate_up_proj"};
      }
      return new String[] {mlp + "gate_proj", mlp + "up_proj"};
    }

    @Override
    public String mlpOutput(int layer) {
      return block(layer) + ".mlp.down_proj";
    }

    @Override
    public String finalNorm() {
      return "model.norm";
    }

    @Override
    public String attentionInputNorm(int layer) {
      return block(layer) + ".input_layernorm";
    }

    @Override
    public String mlpInputNorm(int layer) {
      return block(layer) + ".pre_feedforward_layernorm";
    }

    @Override
    public String queryNorm(int layer) {
      return block(layer) + ".self_attn.q_norm";
    }

    @Override
    public String keyNorm(int layer) {
      return block(layer) + ".self_attn.k_norm";
    }

    @Override
    public String backbone() {
      return "model.";
    }

    @Override
    public boolean isConstant(String name) {
      return name.matches("(model\\.)?(layers\\.[0-9]+\\.self_attn\\.)?rotary_emb\\.inv_freq");
    }
  }

  /** OPT's names. */
  record Opt() implements ParameterNames {
    private static String block(int layer) {
      return "model.decoder.layers." + layer;
    }

    @Override
    public String tokenEmbedding() {
      return "model.decoder.embed_tokens.weight";
    }

    @Override
    public String positionEmbedding() {
      return "model.decoder.embed_positions.weight";
    }

    @Override
    public String attentionNorm(int layer) {
      return block(layer) + ".self_attn_layer_norm";
    }

    @Override
    public String[] queryKeyValue(int layer) {
      String attention = block(layer) + ".self_attn.";
      return new String[] {attention + "q_proj", attention + "k_proj", attention + "v_proj"};
    }

    @Override
    public String attentionOutput(int layer) {
      return block(layer) + ".self_attn.out_proj";
    }

    @Override
    public String mlpNorm(int layer) {
      return block(layer) + ".final_layer_norm";
    }

    @Override
    public String[] mlpInput(int layer) {
      return new String[] {block(layer) + ".fc1"};
    }

    @Override
    public String mlpOutput(int layer) {
      return block(layer) + ".fc2";
    }

    @Override
    public String finalNorm() {
      return "model.decoder.final_layer_norm";
    }

    @Override
    public String inputProjection() {
      return "model.decoder.project_in";
    }

    @Override
    public String outputProjection() {
      return "model.decoder.project_out";
    }

    @Override
    public String backbone() {
      return "model.";
    }

    @Override
    public boolean isConstant(String name) {
      return false;
    }
  }

  /** GPT-Neo's names: GPT-2's, but for attention. */
  record GptNeo() implements ParameterNames {
    private static final Gpt2 GPT2 = new Gpt2();

    @Override
    public String tokenEmbedding() {
      return GPT2.tokenEmbedding();
    }

    @Override
    public String positionEmbedding() {
      return GPT2.positionEmbedding();
    }

    @Override
    public String attentionNorm(int layer) {
      return GPT2.attentionNorm(layer);
    }

    @Override
    public String[] queryKeyValue(int layer) {
      String attention = Gpt2.block(layer) + ".attn.attention.";
      return new String[] {attention + "q_proj", attention + "k_proj", attention + "v_proj"};
    }

    @Override
    public String attentionOutput(int layer) {
      return Gpt2.block(layer) + ".attn.attention.out_proj";
    }

    @Override
    public String mlpNorm(int layer) {
      return GPT2.mlpNorm(layer);
    }

    @Override
    public String[] mlpInput(int layer) {
      return GPT2.mlpInput(layer);
    }

    @Override
    public String mlpOutput(int layer) {
      return GPT2.mlpOutput(layer);
    }

    @Override
    public String finalNorm() {
      return GPT2.finalNorm();
    }

    @Override
    public String backbone() {
      return GPT2.backbone();
    }

    @Override
    public boolean isConstant(String name) {
      return name.matches("(transformer\\.)?h\\.[0-9]+\\.attn\\.attention\\.(masked_)?bias");
    }
  }
}
