package dev.gatun.model.checkpoint.families;

import java.util.List;

/**
 * The fields of configurations that do not change what a model computes from its tokens, for any
 * family: they are passed over whatever they hold.
 */
final class InertFields {
  static final List<String> NAMES =
      List.of(
          // Where the files come from, and how they are stored. Gatun computes in its own type.
          "_name_or_path",
          "_commit_hash",
          "transformers_version",
          "transformers.js_config",
          "unsloth_fixed",
          "unsloth_version",
          "dtype",
          "torch_dtype",
          "use_bfloat16",
          "tokenizer_class",
          // How a library runs it: the same formula by another way.
          "_attn_implementation",
          "_attn_implementation_autoset",
          "attn_implementation",
          "use_cache",
          "cache_implementation",
          "_sliding_window_pattern",
          "gradient_checkpointing",
          "chunk_size_feed_forward",
          "torchscript",
          "tf_legacy_loss",
          "return_dict",
          "output_attentions",
          "output_hidden_states",
          "output_past",
          "reorder_and_upcast_attn",
          "keys_to_ignore_at_inference",
          // How training began, and dropout: Gatun evaluates and trains without.
          "initializer_range",
          "initializer_factor",
          "neftune_noise_alpha",
          "init_std",
          "dropout",
          "activation_dropout",
          "layerdrop",
          "resid_dropout",
          "embed_dropout",
          "attn_pdrop",
          "embd_pdrop",
          "resid_pdrop",
          "attention_dropout",
          "hidden_dropout",
          "classifier_dropout",
          "attention_probs_dropout_prob",
          "hidden_dropout_prob",
          // Tokens that tokenizers and generation use. pad_token_id is read: it bears on gradients.
          "bos_token_id",
          "eos_token_id",
          "sep_token_id",
          "cls_token_id",
          "mask_token_id",
          "unk_token_id",
          "decoder_start_token_id",
          "prefix",
          // Heads for classification, which language models do not have.
          "summary_activation",
          "summary_first_dropout",
          "summary_proj_to_labels",
          "summary_type",
          "summary_use_proj",
          "num_labels",
          "_num_labels",
          "id2label",
          "label2id",
          "problem_type",
          "finetuning_task",
          "task_specific_params",
          "predict_special_tokens",
          "n_special",
          // Said twice: the length of the context, and what an encoder would share.
          "n_ctx",
          "max_sequence_length",
          "is_decoder",
          "is_llama_config",
          "tie_encoder_decoder",
          "cross_attention_hidden_size",
          // Generation.
          "bad_words_ids",
          "begin_suppress_tokens",
          "diversity_penalty",
          "do_sample",
          "early_stopping",
          "encoder_no_repeat_ngram_size",
          "exponential_decay_length_penalty",
          "forced_bos_token_id",
          "forced_eos_token_id",
          "length_penalty",
          "max_length",
          "max_new_tokens",
          "min_length",
          "no_repeat_ngram_size",
          "num_beam_groups",
          "num_beams",
          "num_return_sequences",
          "output_scores",
          "remove_invalid_values",
          "repetition_penalty",
          "return_dict_in_generate",
          "suppress_tokens",
          "temperature",
          "top_k",
          "top_p",
          "typical_p");

  /**
   * Fields that programs other than transformers write, in a configuration or its rotary scaling.
   * They are passed over with a note.
   */
  static final List<String> OF_OTHERS =
      List.of(
          // Code that a checkpoint brings along. It is never run: the architecture is a known one.
          "auto_map",
          "custom_pipelines",
          // What was trained, how far, and by whom.
          "num_steps",
          "global_step",
          "finetuned",
          "base_model",
          "model_name",
          "license",
          // How a library runs it: the same formula by another way.
          "use_flash_attn",
          "use_flash_attention",
          "_flash_attn_2_enabled",
          "gradient_checkpointing_kwargs");

  /** Those that tell how the files are stored. */
  static final List<String> OF_STORAGE =
      List.of("dtype", "torch_dtype", "use_bfloat16", "transformers_version", "_commit_hash");

  private InertFields() {}
}
