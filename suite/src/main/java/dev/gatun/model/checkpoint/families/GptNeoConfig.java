package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm;
import dev.gatun.model.AttentionForm.OtherLayers;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** GPT-Neo, the family of the TinyStories models: GPT-2 with local layers and unscaled scores. */
record GptNeoConfig() implements FamilyConfig {
  private static final String LOCAL = "local";
  private static final String GLOBAL = "global";

  @Override
  public Family family() {
    return Family.GPT_NEO;
  }

  @Override
  public String modelType() {
    return "gpt_neo";
  }

  @Override
  public String languageModel() {
    return "GPTNeoForCausalLM";
  }

  @Override
  public String backbone() {
    return "GPTNeoModel";
  }

  @Override
  public TransformerConfig read(ConfigFields fields) {
    fields.token("pad_token_id", OptionalInt.empty());
    int width = fields.count("hidden_size");
    int layers = fields.count("num_layers");
    int heads = fields.count("num_heads");
    return new TransformerConfig(
        Family.GPT_NEO,
        fields.count("vocab_size"),
        width,
        layers,
        heads,
        heads,
        TransformerConfig.headWidth(width, heads),
        fields.count("intermediate_size", 4 * width),
        fields.count("max_position_embeddings"),
        new Positions.Learned(),
        BlockForm.NORM_BEFORE,
        Norm.LAYER,
        fields.number("layer_norm_epsilon", 1e-5),
        QueryKeyNorm.NONE,
        ActivationNames.read(fields, "activation_function", "gelu_new"),
        new Biases(false, true, true),
        new AttentionForm(1, OptionalDouble.empty(), localLayers(fields, layers)),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        HeadFields.read(fields, true));
  }

  private static OtherLayers localLayers(ConfigFields fields, int layers) {
    int window = fields.count("window_size", 256);
    List<String> kinds = fields.repeatedTexts("attention_types");
    if (kinds.size() != layers || !List.of(GLOBAL, LOCAL).containsAll(kinds)) {
      throw fields.unsupported(
          "attention_types", "%s or %s for each of %s layers".formatted(GLOBAL, LOCAL, layers));
    }
    List<String> again = fields.texts("attention_layers");
    if (!again.isEmpty() && !again.equals(kinds)) {
      throw fields.unsupported("attention_layers", "what attention_types says");
    }
    List<Integer> local =
        IntStream.range(0, layers).filter(layer -> kinds.get(layer).equals(LOCAL)).boxed().toList();
    return local.isEmpty()
        ? OtherLayers.NONE
        : new OtherLayers(local, new Positions.Learned(), OptionalInt.of(window));
  }

  @Override
  public void write(TransformerConfig config, Map<String, Object> fields) {
    OtherLayers local = config.attentionForm().others();
    List<String> kinds =
        IntStream.range(0, config.layers())
            .mapToObj(layer -> local.layers().contains(layer) ? LOCAL : GLOBAL)
            .toList();
    fields.put("hidden_size", config.width());
    fields.put("num_heads", config.heads());
    fields.put("num_layers", config.layers());
    fields.put("intermediate_size", config.mlpWidth());
    fields.put("max_position_embeddings", config.contextLength());
    fields.put("attention_layers", kinds);
    fields.put("attention_types", List.of(List.of(kinds, 1)));
    fields.put("window_size", local.window().orElse(256));
    fields.put("layer_norm_epsilon", config.normEpsilon());
    fields.put("activation_function", ActivationNames.of(config.activation()));
    // Gatun trains without.
    fields.put("attention_dropout", 0.0);
    fields.put("embed_dropout", 0.0);
    fields.put("resid_dropout", 0.0);
  }
}
