package dev.gatun.model.checkpoint.families;

import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Family;
import java.util.Map;
import java.util.OptionalInt;

/** The field {@code pad_token_id}, the token whose embedding gets no gradient through inputs. */
final class PaddingToken {
  private static final String FIELD = "pad_token_id";

  private PaddingToken() {}

  /**
   * The token that a configuration names, or that transformers takes where it names none; empty if
   * there is none. A negative one counts back from the end of the vocabulary.
   */
  static OptionalInt read(ConfigFields fields, Family family, int vocabulary) {
    OptionalInt said = fields.token(FIELD, usual(family));
    return said.isPresent() && said.getAsInt() < 0
        ? OptionalInt.of(said.getAsInt() + vocabulary)
        : said;
  }

  private static OptionalInt usual(Family family) {
    return switch (family) {
      case GEMMA, GEMMA2, GEMMA3 -> OptionalInt.of(0);
      case OLMO, OLMO2, OPT -> OptionalInt.of(1);
      case PHI3 -> OptionalInt.of(32_000);
      case SMOLLM3 -> OptionalInt.of(128_004);
      case GPT2, GPT_NEOX, GPT_NEO, LLAMA, QWEN2, QWEN3, MISTRAL -> OptionalInt.empty();
    };
  }

  static void write(TransformerConfig config, Map<String, Object> fields) {
    OptionalInt token = config.paddingToken();
    fields.put(FIELD, token.isPresent() ? token.getAsInt() : null);
  }
}
