package dev.gatun.model.checkpoint.families;

import dev.gatun.model.AttentionForm;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Gemma 2: as Gemma, with a norm before and one after attention and MLP, windows and caps. */
final class Gemma2Config extends GemmaConfig {
  Gemma2Config() {
    super(Family.GEMMA2, "Gemma2", BlockForm.NORM_AROUND, QueryKeyNorm.NONE);
  }

  /** Some files also have hidden_act, which transformers does not read. */
  @Override
  Activation activation(ConfigFields fields) {
    fields.has("hidden_act");
    return geglu(fields, "hidden_activation", "gelu_pytorch_tanh");
  }

  @Override
  AttentionForm attention(ConfigFields fields, int layers, int headWidth, Positions positions) {
    OptionalInt window = WindowFields.width(fields, OptionalInt.of(4096));
    return new AttentionForm(
        fields.number("query_pre_attn_scalar", 256),
        cap(fields, "attn_logit_softcapping", 50),
        WindowFields.read(fields, layers, window, layer -> layer % 2 == 0, positions));
  }

  @Override
  OptionalDouble logitCap(ConfigFields fields) {
    return cap(fields, "final_logit_softcapping", 30);
  }

  @Override
  void writeOwn(TransformerConfig config, Map<String, Object> fields) {
    writeWindowed(config, fields);
    putCap(config.attentionForm().scoreCap(), "attn_logit_softcapping", fields);
  }
}
