package dev.gatun.cli;

import dev.gatun.data.TokenizerJson;
import java.util.Locale;
import java.util.OptionalInt;

/** Whether every sequence of a text begins with a token of its own. */
enum BeginningToken {
  /** Where the model's {@code tokenizer.json} puts one before a text. */
  AUTO,
  /** In any case. */
  ALWAYS,
  /** In no case. */
  NEVER;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The tokens that every sequence of a model begins with.
   *
   * @throws IllegalArgumentException if there is to be one, and the model's files name none
   */
  int[] of(StoredCheckpoint checkpoint, TokenizerJson tokenizer) {
    return switch (this) {
      case NEVER -> new int[0];
      case AUTO -> tokenizer.precedingTokens();
      case ALWAYS -> {
        int[] preceding = tokenizer.precedingTokens();
        yield preceding.length > 0 ? preceding : new int[] {named(checkpoint)};
      }
    };
  }

  private static int named(StoredCheckpoint checkpoint) {
    OptionalInt token = checkpoint.source().beginningToken();
    if (token.isEmpty() || token.getAsInt() >= checkpoint.config().vocabulary()) {
      throw new IllegalArgumentException(
          "--bos always: neither the post-processor of tokenizer.json nor bos_token_id of config.json names a token of %s; take --bos never"
              .formatted(checkpoint.name()));
    }
    return token.getAsInt();
  }
}
