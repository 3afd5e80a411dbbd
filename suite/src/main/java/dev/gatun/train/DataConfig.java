package dev.gatun.train;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What a model is trained on. */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "is")
public sealed interface DataConfig {
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
      implements DataConfig {}

  /** SpamLang (arXiv 2603.10145): each sequence repeats one symbol of the whole vocabulary. */
  record SpamLang() implements DataConfig {}
}
