package dev.gatun.train;

import java.util.LinkedHashMap;
import java.util.Map;

/** What a model is trained on. */
public sealed interface DataConfig {
  /** Everything that changes the result, as text by name. */
  Map<String, String> settings();

  /**
   * Text in tokens.
   *
   * @param corpus {@code code}, {@code prose} or {@code jdk}, else a text file or folder
   * @param prefix of the JDK's files, as {@code java.base/}
   * @param byteLimit most bytes to take
   * @param tokenizer {@code gpt2} (cut to the model's vocabulary) or {@code bytes}
   * @param validationShare held out for evaluation
   */
  record Text(
      String corpus, String prefix, long byteLimit, String tokenizer, double validationShare)
      implements DataConfig {
    @Override
    public Map<String, String> settings() {
      Map<String, String> settings = new LinkedHashMap<>();
      settings.put("data.kind", "text");
      settings.put("data.corpus", corpus);
      settings.put("data.prefix", prefix);
      settings.put("data.byte-limit", Long.toString(byteLimit));
      settings.put("data.tokenizer", tokenizer);
      settings.put("data.validation-share", Double.toString(validationShare));
      return settings;
    }
  }

  /** SpamLang (arXiv 2603.10145): each sequence repeats one symbol of the whole vocabulary. */
  record SpamLang() implements DataConfig {
    @Override
    public Map<String, String> settings() {
      return Map.of("data.kind", "spamlang");
    }
  }
}
