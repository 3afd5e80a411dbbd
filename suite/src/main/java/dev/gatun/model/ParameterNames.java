package dev.gatun.model;

/**
 * The names that a family's Hugging Face checkpoints give to the parameters, and how they store
 * them. Fused projections list their parts in the order of the fused rows.
 */
sealed interface ParameterNames {
  /** Token embedding [V, D]. */
  String tokenEmbedding();

  /** Learned positions [contextLength, D]. */
  String positionEmbedding();

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

  /** Whether linear layers inside blocks are stored as [in, out]. */
  boolean storesTransposed();

  /** Head weights [V, D] of an untied linear head. */
  String HEAD = "lm_head.weight";

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

  /** The names of a family. */
  static ParameterNames of(TransformerConfig config) {
    return switch (config.family()) {
      case GPT2 -> new Gpt2();
      case LLAMA -> new Llama(config.activation().isGated());
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
    public boolean storesTransposed() {
      return true;
    }
  }

  /** Llama's names. */
  record Llama(boolean gated) implements ParameterNames {
    private static String block(int layer) {
      return "model.layers." + layer;
    }

    @Override
    public String tokenEmbedding() {
      return "model.embed_tokens.weight";
    }

    @Override
    public String positionEmbedding() {
      return "model.embed_positions.weight";
    }

    @Override
    public String attentionNorm(int layer) {
      return block(layer) + ".input_layernorm";
    }

    @Override
    public String[] queryKeyValue(int layer) {
      String attention = block(layer) + ".self_attn.";
      return new String[] {attention + "q_proj", attention + "k_proj", attention + "v_proj"};
    }

    @Override
    public String attentionOutput(int layer) {
      return block(layer) + ".self_attn.o_proj";
    }

    @Override
    public String mlpNorm(int layer) {
      return block(layer) + ".post_attention_layernorm";
    }

    @Override
    public String[] mlpInput(int layer) {
      String mlp = block(layer) + ".mlp.";
      return gated
          ? new String[] {mlp + "gate_proj", mlp + "up_proj"}
          : new String[] {mlp + "up_proj"};
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
    public boolean storesTransposed() {
      return false;
    }
  }
}
