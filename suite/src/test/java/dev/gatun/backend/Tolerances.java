package dev.gatun.backend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/** What operations may err by, and why: {@code contract-tolerances.toml}. */
final class Tolerances {
  private static final String FILE = "contract-tolerances.toml";

  private final JsonNode entries;

  Tolerances() {
    try (InputStream in = Tolerances.class.getResourceAsStream(FILE)) {
      entries = new TomlMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A number of an entry, which must say why it is what it is. */
  double number(String entry, String name) {
    JsonNode found = entries.path(entry);
    if (!found.path(name).isNumber() || found.path("reason").asString("").isBlank()) {
      throw new IllegalStateException(
          "%s has no %s with a reason for %s".formatted(FILE, name, entry));
    }
    return found.get(name).asDouble();
  }
}
