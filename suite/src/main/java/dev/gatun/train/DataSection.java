package dev.gatun.train;

import static dev.gatun.train.RunConfig.or;
import static dev.gatun.train.RunConfig.refuse;

import java.util.Locale;
import tools.jackson.databind.PropertyNamingStrategies.KebabCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The keys of [data] in a configuration file; null where one is left out. */
@JsonNaming(KebabCaseStrategy.class)
record DataSection(
    Kind kind,
    String corpus,
    String prefix,
    Long byteLimit,
    Tokenizer tokenizer,
    Double validationShare) {

  /** Who has the other keys. */
  private static final String TEXT = "kind \"text\"";

  /** What there is to train on. */
  enum Kind {
    TEXT,
    SPAMLANG
  }

  /** What text is cut by. */
  enum Tokenizer {
    GPT2,
    BYTES
  }

  /** The data with all defaults filled in. */
  DataConfig config() {
    if (kind == Kind.SPAMLANG) {
      refuse("corpus", corpus, TEXT);
      refuse("prefix", prefix, TEXT);
      refuse("byte-limit", byteLimit, TEXT);
      refuse("tokenizer", tokenizer, TEXT);
      refuse("validation-share", validationShare, TEXT);
      return new DataConfig.SpamLang();
    }
    return new DataConfig.Text(
        or(corpus, "code"),
        or(prefix, ""),
        or(byteLimit, Long.MAX_VALUE),
        or(tokenizer, Tokenizer.GPT2).name().toLowerCase(Locale.ROOT),
        or(validationShare, 0.1));
  }
}
