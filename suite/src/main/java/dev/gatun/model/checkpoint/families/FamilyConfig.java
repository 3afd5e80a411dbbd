package dev.gatun.model.checkpoint.families;

import dev.gatun.model.TransformerConfig;
import java.util.List;
import java.util.Map;

/** How one family's configuration says what a model is: read and written side by side. */
sealed interface FamilyConfig
    permits Gpt2Config, GptNeoConfig, GptNeoXConfig, LlamaLikeConfig, OptConfig {
  List<FamilyConfig> ALL =
      List.of(
          new Gpt2Config(),
          new GptNeoXConfig(),
          new GptNeoConfig(),
          new OptConfig(),
          new LlamaConfig(),
          new Qwen2Config(),
          new Qwen3Config(),
          new MistralConfig(),
          new GemmaConfig(),
          new Gemma2Config(),
          new Gemma3Config(),
          new Phi3Config(),
          new SmolLm3Config(),
          new OlmoConfig(),
          new Olmo2Config());

  TransformerConfig.Family family();

  /** {@code model_type}. */
  String modelType();

  /** The class of transformers that has a language model's head: {@code architectures}. */
  String languageModel();

  /** The class of transformers that has none, of which a tied checkpoint needs no more. */
  String backbone();

  /**
   * The model that a configuration describes.
   *
   * @throws IllegalArgumentException naming the first field that Gatun does not do
   */
  TransformerConfig read(ConfigFields fields);

  /**
   * Puts what {@link #read} needs, in the spelling that every version of transformers reads.
   *
   * @throws IllegalArgumentException if no checkpoint of the family can say it
   */
  void write(TransformerConfig config, Map<String, Object> fields);

  /** Of a model that a family's checkpoints cannot describe. */
  static IllegalArgumentException cannotDescribe(TransformerConfig config) {
    return new IllegalArgumentException(
        "a %s checkpoint cannot describe %s".formatted(config.family().label(), config));
  }
}
