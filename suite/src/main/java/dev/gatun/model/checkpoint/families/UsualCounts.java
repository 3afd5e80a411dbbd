package dev.gatun.model.checkpoint.families;

import dev.gatun.io.Ordered;
import java.util.LinkedHashMap;
import java.util.Map;

/** What transformers takes for the counts that a configuration of a family leaves out. */
final class UsualCounts {
  private static final Map<String, Map<String, Integer>> OF_TYPES =
      Ordered.map(
          Map.entry(
              "gpt2",
              Ordered.map(
                  Map.entry("vocab_size", 50_257),
                  Map.entry("n_embd", 768),
                  Map.entry("n_layer", 12),
                  Map.entry("n_head", 12),
                  Map.entry("n_positions", 1024))),
          Map.entry("gpt_neox", counts(50_432, 6144, 44, 64, 24_576, 2048)),
          Map.entry("llama", counts(32_000, 4096, 32, 32, 11_008, 2048)),
          Map.entry(
              "qwen3",
              with(
                  counts(151_936, 4096, 32, 32, 22_016, 32_768),
                  Map.entry("num_key_value_heads", 32),
                  Map.entry("head_dim", 128))),
          Map.entry("olmo2", counts(50_304, 4096, 32, 32, 11_008, 2048)),
          Map.entry(
              "qwen2",
              with(
                  counts(151_936, 4096, 32, 32, 22_016, 32_768),
                  Map.entry("num_key_value_heads", 32))),
          Map.entry("mistral", counts(32_000, 4096, 32, 32, 14_336, 131_072)),
          Map.entry(
              "gemma",
              with(
                  counts(256_000, 3072, 28, 16, 24_576, 8192),
                  Map.entry("num_key_value_heads", 16),
                  Map.entry("head_dim", 256))),
          Map.entry(
              "gemma2",
              with(
                  counts(256_000, 2304, 26, 8, 9216, 8192),
                  Map.entry("num_key_value_heads", 4),
                  Map.entry("head_dim", 256))),
          Map.entry(
              "gemma3_text",
              with(
                  counts(262_208, 2304, 26, 8, 9216, 131_072),
                  Map.entry("num_key_value_heads", 4),
                  Map.entry("head_dim", 256))),
          Map.entry("olmo", counts(50_304, 4096, 32, 32, 11_008, 2048)),
          Map.entry("phi3", counts(32_064, 3072, 32, 32, 8192, 4096)));

  private UsualCounts() {}

  /** By field; empty for a type that is not listed. */
  static Map<String, Integer> of(String modelType) {
    return OF_TYPES.getOrDefault(modelType, Map.of());
  }

  private static Map<String, Integer> counts(
      int vocabulary, int width, int layers, int heads, int mlpWidth, int context) {
    return Ordered.map(
        Map.entry("vocab_size", vocabulary),
        Map.entry("hidden_size", width),
        Map.entry("num_hidden_layers", layers),
        Map.entry("num_attention_heads", heads),
        Map.entry("intermediate_size", mlpWidth),
        Map.entry("max_position_embeddings", context));
  }

  @SafeVarargs
  private static Map<String, Integer> with(
      Map<String, Integer> counts, Map.Entry<String, Integer>... others) {
    Map<String, Integer> all = new LinkedHashMap<>(counts);
    for (var other : others) {
      all.put(other.getKey(), other.getValue());
    }
    return all;
  }
}
