package dev.gatun.model.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.model.AttentionForm.OtherLayers;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configurations with the fields that published checkpoints carry. */
class PublishedConfigsTest {
  @TempDir Path folder;

  private TransformerConfig read(String json) throws IOException {
    Files.writeString(folder.resolve("config.json"), json);
    return Checkpoint.config(folder);
  }

  @Test
  void gpt2OfTheFirstDays() throws IOException {
    TransformerConfig config =
        read(
            """
            {"_num_labels": 1, "activation_function": "gelu_new", "architectures":
            ["GPT2LMHeadModel"], "attn_pdrop": 0.1, "bos_token_id": 50256, "embd_pdrop": 0.1,
            "eos_token_id": 50256, "id2label": {"0": "LABEL_0"}, "initializer_range": 0.02,
            "label2id": {"LABEL_0": 0}, "layer_norm_epsilon": 1e-05, "model_type": "gpt2",
            "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 6, "n_positions": 1024,
            "n_special": 0, "predict_special_tokens": true, "output_past": true,
            "resid_pdrop": 0.1, "summary_activation": null, "summary_first_dropout": 0.1,
            "summary_proj_to_labels": true, "summary_type": "cls_index",
            "summary_use_proj": true, "task_specific_params": {"text-generation":
            {"do_sample": true, "max_length": 50}}, "vocab_size": 50257}
            """);
    assertEquals(3072, config.mlpWidth());
    assertEquals(true, config.isTied());
  }

  @Test
  void pythia() throws IOException {
    TransformerConfig config =
        read(
            """
            {"architectures": ["GPTNeoXForCausalLM"], "bos_token_id": 0, "eos_token_id": 0,
            "hidden_act": "gelu", "hidden_size": 512, "initializer_range": 0.02,
            "intermediate_size": 2048, "layer_norm_eps": 1e-05, "max_position_embeddings": 2048,
            "model_type": "gpt_neox", "num_attention_heads": 8, "num_hidden_layers": 6,
            "rotary_emb_base": 10000, "rotary_pct": 0.25, "tie_word_embeddings": false,
            "torch_dtype": "float16", "transformers_version": "4.24.0", "use_cache": true,
            "use_parallel_residual": true, "vocab_size": 50304}
            """);
    assertEquals(BlockForm.PARALLEL, config.blockForm());
    assertEquals(new Positions.Rotary(10_000, 0.25, new Positions.Unscaled()), config.positions());
  }

  @Test
  void llama32() throws IOException {
    TransformerConfig config =
        read(
            """
            {"architectures": ["LlamaForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "bos_token_id": 128000, "eos_token_id": [128001, 128008],
            "head_dim": 64, "hidden_act": "silu", "hidden_size": 2048,
            "initializer_range": 0.02, "intermediate_size": 8192,
            "max_position_embeddings": 131072, "mlp_bias": false, "model_type": "llama",
            "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8,
            "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_scaling": {"factor": 32.0,
            "high_freq_factor": 4.0, "low_freq_factor": 1.0,
            "original_max_position_embeddings": 8192, "rope_type": "llama3"},
            "rope_theta": 500000.0, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
            "transformers_version": "4.45.0.dev0", "use_cache": true, "vocab_size": 128256}
            """);
    assertEquals(
        new Positions.Rotary(500_000, 1, new Positions.Llama3(32, 1, 4, 8192)), config.positions());
  }

  @Test
  void smolLm2() throws IOException {
    TransformerConfig config =
        read(
            """
            {"architectures": ["LlamaForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "bos_token_id": 0, "eos_token_id": 0,
            "hidden_act": "silu", "hidden_size": 576, "initializer_range": 0.041666666666666664,
            "intermediate_size": 1536, "is_llama_config": true,
            "max_position_embeddings": 8192, "model_type": "llama", "num_attention_heads": 9,
            "num_hidden_layers": 30, "num_key_value_heads": 3, "pretraining_tp": 1,
            "rms_norm_eps": 1e-05, "rope_interleaved": false, "rope_scaling": null,
            "rope_theta": 100000, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
            "transformers.js_config": {"kv_cache_dtype": {"q4f16": "float16"}},
            "transformers_version": "4.40.1", "use_cache": true, "vocab_size": 49152}
            """);
    assertEquals(64, config.headWidth());
    assertEquals(OptionalInt.empty(), config.paddingToken());
  }

  @Test
  void qwen3() throws IOException {
    TransformerConfig config =
        read(
            """
            {"architectures": ["Qwen3ForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151645,
            "head_dim": 128, "hidden_act": "silu", "hidden_size": 1024,
            "initializer_range": 0.02, "intermediate_size": 3072,
            "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3",
            "num_attention_heads": 16, "num_hidden_layers": 28, "num_key_value_heads": 8,
            "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 1000000,
            "sliding_window": null, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
            "transformers_version": "4.51.0", "use_cache": true, "use_sliding_window": false,
            "vocab_size": 151936}
            """);
    assertEquals(Family.QWEN3, config.family());
    assertEquals(QueryKeyNorm.PER_HEAD, config.queryKeyNorm());
  }

  @Test
  void phi3Mini128k() throws IOException {
    String factors = String.join(", ", Collections.nCopies(48, "1.25"));
    TransformerConfig config =
        read(
            """
            {"_name_or_path": "Phi-3-mini-128k-instruct", "architectures": ["Phi3ForCausalLM"],
            "attention_bias": false, "attention_dropout": 0.0, "auto_map": {"AutoConfig":
            "configuration_phi3.Phi3Config", "AutoModelForCausalLM":
            "modeling_phi3.Phi3ForCausalLM"}, "bos_token_id": 1, "embd_pdrop": 0.0,
            "eos_token_id": 32000, "hidden_act": "silu", "hidden_size": 3072,
            "initializer_range": 0.02, "intermediate_size": 8192,
            "max_position_embeddings": 131072, "model_type": "phi3",
            "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 32,
            "original_max_position_embeddings": 4096, "pad_token_id": 32000,
            "resid_pdrop": 0.0, "rms_norm_eps": 1e-05, "rope_scaling": {"long_factor": [%s],
            "short_factor": [%s], "type": "su"}, "rope_theta": 10000.0,
            "sliding_window": 262144, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
            "transformers_version": "4.40.2", "use_cache": true, "vocab_size": 32064}
            """
                .formatted(factors, factors));
    List<Double> all = Collections.nCopies(48, 1.25);
    double amplitude = Math.sqrt(1 + Math.log(32) / Math.log(4096));
    assertEquals(
        new Positions.Rotary(10_000, 1, new Positions.LongRope(all, all, 4096, amplitude)),
        config.positions());
  }

  @Test
  void phi4Mini() throws IOException {
    String factors = String.join(", ", Collections.nCopies(48, "1"));
    TransformerConfig config =
        read(
            """
            {"_name_or_path": "Phi-4-mini-instruct", "architectures": ["Phi3ForCausalLM"],
            "attention_bias": false, "attention_dropout": 0.0, "auto_map": {"AutoConfig":
            "configuration_phi3.Phi3Config", "AutoTokenizer": "Xenova/gpt-4o"},
            "bos_token_id": 199999, "embd_pdrop": 0.0, "eos_token_id": 199999,
            "full_attn_mod": 1, "hidden_act": "silu", "hidden_size": 3072,
            "initializer_range": 0.02, "intermediate_size": 8192, "interpolate_factor": 1,
            "lm_head_bias": false, "max_position_embeddings": 131072, "mlp_bias": false,
            "model_type": "phi3", "num_attention_heads": 24, "num_hidden_layers": 32,
            "num_key_value_heads": 8, "original_max_position_embeddings": 4096,
            "pad_token_id": 199999, "partial_rotary_factor": 0.75, "resid_pdrop": 0.0,
            "rms_norm_eps": 1e-05, "rope_scaling": {"long_factor": [%s], "short_factor": [%s],
            "type": "longrope"}, "rope_theta": 10000.0, "sliding_window": 262144,
            "tie_word_embeddings": true, "torch_dtype": "bfloat16",
            "transformers_version": "4.45.0", "use_cache": true, "vocab_size": 200064}
            """
                .formatted(factors, factors));
    assertEquals(0.75, ((Positions.Rotary) config.positions()).fraction());
    assertEquals(128, config.headWidth());
  }

  @Test
  void smolLm3() throws IOException {
    String layers = String.join(", ", Collections.nCopies(9, "1, 1, 1, 0"));
    String types = String.join(", ", Collections.nCopies(36, "\"full_attention\""));
    TransformerConfig config =
        read(
            """
            {"architectures": ["SmolLM3ForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "bos_token_id": 128000, "eos_token_id": 128012,
            "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02,
            "intermediate_size": 11008, "layer_types": [%s],
            "max_position_embeddings": 65536, "max_window_layers": 28, "mlp_bias": false,
            "model_type": "smollm3", "no_rope_layer_interval": 4, "no_rope_layers": [%s],
            "num_attention_heads": 16, "num_hidden_layers": 36, "num_key_value_heads": 4,
            "pad_token_id": 128004, "pretraining_tp": 2, "rms_norm_eps": 1e-06,
            "rope_scaling": null, "rope_theta": 5000000.0, "sliding_window": null,
            "torch_dtype": "bfloat16", "transformers_version": "4.54.0.dev0",
            "use_cache": false, "use_sliding_window": false, "vocab_size": 128256}
            """
                .formatted(types, layers));
    List<Integer> without = IntStream.range(0, 36).filter(l -> l % 4 == 3).boxed().toList();
    assertEquals(
        new OtherLayers(without, new Positions.None(), OptionalInt.empty()),
        config.attentionForm().others());
  }

  @Test
  void opt350m() throws IOException {
    TransformerConfig config =
        read(
            """
            {"_name_or_path": "opt-350m", "_remove_final_layer_norm": false,
            "activation_dropout": 0.0, "activation_function": "relu", "architectures":
            ["OPTForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 2,
            "do_layer_norm_before": false, "dropout": 0.1, "eos_token_id": 2, "ffn_dim": 4096,
            "hidden_size": 1024, "init_std": 0.02, "layerdrop": 0.0,
            "max_position_embeddings": 2048, "model_type": "opt", "num_attention_heads": 16,
            "num_hidden_layers": 24, "pad_token_id": 1, "prefix": "</s>",
            "torch_dtype": "float16", "transformers_version": "4.20.0.dev0", "use_cache": true,
            "vocab_size": 50272, "word_embed_proj_dim": 512}
            """);
    assertEquals(BlockForm.NORM_OF_SUM, config.blockForm());
    assertEquals(1024, config.width());
    assertEquals(512, config.embeddingWidth());
  }

  @Test
  void olmo2() throws IOException {
    TransformerConfig config =
        read(
            """
            {"architectures": ["Olmo2ForCausalLM"], "attention_bias": false,
            "attention_dropout": 0.0, "eos_token_id": 100257, "hidden_act": "silu",
            "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 8192,
            "max_position_embeddings": 4096, "model_type": "olmo2", "num_attention_heads": 16,
            "num_hidden_layers": 16, "num_key_value_heads": 16, "pad_token_id": 100277,
            "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 500000,
            "tie_word_embeddings": false, "torch_dtype": "bfloat16",
            "transformers_version": "4.47.0", "use_cache": false, "vocab_size": 100352}
            """);
    assertEquals(BlockForm.NORM_AFTER, config.blockForm());
    assertEquals(OptionalInt.of(100_277), config.paddingToken());
  }
}
