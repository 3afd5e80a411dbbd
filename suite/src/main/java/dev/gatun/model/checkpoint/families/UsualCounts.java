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
          Map.entry("qwen3", withHeads(counts(151_936, 4096, 32, 32, 22_016, 32_768), 32, 128)),
          Map.entry("olmo2", counts(50_304, 4096, 32, 32, 11_008, 2048)));

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

  private static Map<String, Integer> withHeads(
      Map<String, Integer> counts, int keyValueHeads, int headWidth) {
    Map<String, Integer> all = new LinkedHashMap<>(counts);
    all.put("num_key_value_heads", keyValueHeads);
    all.put("head_dim", headWidth);
    return all;
  }
}
