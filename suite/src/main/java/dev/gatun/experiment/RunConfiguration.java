package dev.gatun.experiment;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.data.Corpus;
import dev.gatun.data.TokenizedCorpus;
import dev.gatun.io.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/** All that the numbers of a run depend on. Not the threads: they change nothing. */
final class RunConfiguration {
  private RunConfiguration() {}

  /**
   * As one JSON object; its {@code experiment} is the setting, its {@code head} the form of the
   * head, as {@code {"form": "mixture-of-softmaxes", "components": 4}}, wherever the setting has
   * it.
   */
  static String of(ClaimContext context, RunSetting setting) {
    var all = new LinkedHashMap<String, Object>();
    all.put("experiment", setting);
    all.put("head", setting.model().head());
    if (setting.corpusVocabulary().isPresent()) {
      TokenizedCorpus corpus = context.tokens(setting.corpusVocabulary().getAsInt());
      all.put("corpus", corpus.corpus());
      all.put("corpusSha256", corpus.sha256());
      all.put("tokenizer", corpus.tokenizer());
      all.put("text", corpus.quality());
    }
    return withDevice(all, context);
  }

  /** As above, of a run that trains nothing. */
  static String of(ClaimContext context, Record setting, Corpus corpus, String tokenizer) {
    var all = new LinkedHashMap<String, Object>();
    all.put("experiment", setting);
    all.put("corpus", corpus.name());
    all.put("corpusSha256", corpus.sha256());
    all.put("tokenizer", tokenizer);
    all.put("largestDocument", corpus.largest() / (double) corpus.characters());
    return withDevice(all, context);
  }

  private static String withDevice(Map<String, Object> all, ClaimContext context) {
    DeviceDescription device = context.backend().device();
    all.put("device", device.name());
    all.put("mathMode", device.mathMode());
    all.put("libraries", device.libraries());
    return Json.line(all);
  }
}
