package dev.gatun.experiment;

import dev.gatun.backend.DeviceDescription;
import dev.gatun.data.Corpus;
import dev.gatun.data.TokenizedCorpus;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** All that the numbers of a run depend on. Not the threads: they change nothing. */
final class RunConfiguration {
  private RunConfiguration() {}

  /** As one JSON object; its {@code experiment} is the setting. */
  static String of(ClaimContext context, RunSetting setting) {
    var all = new LinkedHashMap<String, Object>();
    all.put("experiment", setting);
    if (setting.corpusVocabulary().isPresent()) {
      TokenizedCorpus corpus = context.tokens(setting.corpusVocabulary().getAsInt());
      all.put("corpus", corpus.corpus());
      all.put("corpusSha256", corpus.sha256());
      all.put("tokenizer", corpus.tokenizer());
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
    return withDevice(all, context);
  }

  private static String withDevice(Map<String, Object> all, ClaimContext context) {
    DeviceDescription device = context.backend().device();
    all.put("device", device.name());
    all.put("mathMode", device.mathMode());
    all.put("libraries", device.libraries());
    return JsonMapper.shared().writeValueAsString(all);
  }
}
