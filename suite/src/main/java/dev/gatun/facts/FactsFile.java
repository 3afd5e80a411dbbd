package dev.gatun.facts;

import dev.gatun.io.Resources;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Reads the files of {@code results/facts}, which ship inside the application. */
final class FactsFile {
  private static final String FOLDER = "/dev/gatun/results/facts/";

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .build();

  private FactsFile() {}

  /** A file of JSON whose keys are the record's components in snake case, or more than those. */
  static <T> T json(String name, Class<T> type) {
    return JSON.readValue(text(name), type);
  }

  static String text(String name) {
    return Resources.text(FOLDER + name);
  }
}
