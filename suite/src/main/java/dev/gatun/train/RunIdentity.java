package dev.gatun.train;

import dev.gatun.io.Hash;
import dev.gatun.io.Json;
import dev.gatun.model.TransformerConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Everything that decides the result of a run. Two runs of equal identity, on one machine with one
 * backend, end with equal bytes.
 *
 * @param configuration as one JSON object
 */
public record RunIdentity(String configuration) {

  /**
   * The identity of a run.
   *
   * @param data what the model is trained on
   * @param corpusHash of the corpus' content, or a name where the data is generated
   */
  public static RunIdentity of(
      TransformerConfig model, DataConfig data, TrainingConfig training, String corpusHash) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("model", model);
    all.put("data", data);
    all.put("training", training.withoutIntervals());
    all.put("corpusSha256", corpusHash);
    return new RunIdentity(Json.line(all));
  }

  /** SHA-256 of the configuration, in hexadecimal. */
  public String hash() {
    return Hash.hex(configuration);
  }

  /** The first setting that another run has otherwise: {@code name is x here, y there}. */
  Optional<String> firstDifference(RunIdentity other) {
    Map<String, String> here = Json.leaves(configuration);
    Map<String, String> there = Json.leaves(other.configuration);
    var names = new TreeMap<>(there);
    names.putAll(here);
    return names.keySet().stream()
        .filter(name -> !here.getOrDefault(name, "").equals(there.getOrDefault(name, "")))
        .map(name ->
            "%s is %s here, but %s there"
                .formatted(
                    name, here.getOrDefault(name, "absent"), there.getOrDefault(name, "absent")))
        .findFirst();
  }
}
