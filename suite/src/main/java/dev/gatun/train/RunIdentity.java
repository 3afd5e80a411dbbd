package dev.gatun.train;

import dev.gatun.io.Hash;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Everything that decides the result of a run, as text by name. Two runs of equal identity, on one
 * machine with one backend, end with equal bytes.
 */
public record RunIdentity(SortedMap<String, String> settings) {
  /** Keeps a copy. */
  public RunIdentity {
    settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
  }

  /**
   * The identity of a run.
   *
   * @param data what describes the data, by name
   * @param corpusHash of the corpus' content, or a name where the data is generated
   */
  public static RunIdentity of(
      TransformerConfig model,
      Map<String, String> data,
      TrainingConfig training,
      String corpusHash) {
    SortedMap<String, String> settings = new TreeMap<>(training.settings());
    settings.putAll(data);
    settings.put("data.corpus-hash", corpusHash);
    settings.put("model.family", model.family().name());
    settings.put("model.vocabulary", Integer.toString(model.vocabulary()));
    settings.put("model.width", Integer.toString(model.width()));
    settings.put("model.layers", Integer.toString(model.layers()));
    settings.put("model.heads", Integer.toString(model.heads()));
    settings.put("model.key-value-heads", Integer.toString(model.keyValueHeads()));
    settings.put("model.head-width", Integer.toString(model.headWidth()));
    settings.put("model.mlp-width", Integer.toString(model.mlpWidth()));
    settings.put("model.context-length", Integer.toString(model.contextLength()));
    settings.put("model.positions", describe(model.positions()));
    settings.put("model.norm", model.norm() + " " + model.normEpsilon());
    settings.put("model.activation", model.activation().name());
    settings.put("model.biases", describe(model.biases()));
    settings.put("model.head", describe(model.head()));
    if (model.blockForm() != BlockForm.NORM_BEFORE) {
      settings.put("model.block-form", model.blockForm().name());
    }
    if (model.queryKeyNorm() != QueryKeyNorm.NONE) {
      settings.put("model.query-key-norm", model.queryKeyNorm().name());
    }
    return new RunIdentity(settings);
  }

  /** Plain forms in the words they always had: runs of earlier versions go on. */
  private static String describe(Positions positions) {
    return positions.equals(new Positions.Rotary(theta(positions)))
        ? "Rotary[theta=" + theta(positions) + "]"
        : positions.toString();
  }

  private static String describe(HeadForm head) {
    return head instanceof HeadForm.Linear linear && !linear.isBiased()
        ? "Linear[tied=" + linear.tied() + "]"
        : head.toString();
  }

  private static double theta(Positions positions) {
    return positions instanceof Positions.Rotary rotary ? rotary.theta() : 1;
  }

  private static String describe(Biases biases) {
    return biases.attention() == biases.mlp() ? Boolean.toString(biases.mlp()) : biases.toString();
  }

  /** SHA-256 of the settings, in hexadecimal. */
  public String hash() {
    StringBuilder text = new StringBuilder();
    settings.forEach((name, value) -> text.append(name).append('=').append(value).append('\n'));
    return Hash.hex(text.toString());
  }

  /** The first setting that another run has otherwise: {@code name is x here, y there}. */
  Optional<String> firstDifference(Map<String, String> other) {
    SortedMap<String, String> all = new TreeMap<>(other);
    all.putAll(settings);
    return all.keySet().stream()
        .filter(name -> !String.valueOf(settings.get(name)).equals(other.get(name)))
        .map(name ->
            "%s is %s here, but %s there"
                .formatted(
                    name,
                    settings.getOrDefault(name, "absent"),
                    other.getOrDefault(name, "absent")))
        .findFirst();
  }
}
