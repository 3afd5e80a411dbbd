package dev.gatun.model.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.toml.TomlMapper;

/** What the outputs of checkpoints may differ by, and why: {@code fixture-tolerances.toml}. */
final class FixtureTolerances {
  private static final String FILE = "fixture-tolerances.toml";

  private final JsonNode entries;

  FixtureTolerances() {
    try (InputStream in = FixtureTolerances.class.getResourceAsStream(FILE)) {
      entries = new TomlMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Half ulps between a tensor of PyTorch's in f32 and that of Gatun. */
  double most(String tensor) {
    return number(quantity(tensor), "most");
  }

  /**
   * Half ulps that a backend in f32 may be from the oracle, given how far PyTorch is. After steps
   * of AdamW both distances are a matter of chance, so a loss also gets the general tolerance.
   */
  double mostOfSingle(String tensor, double pyTorch) {
    double most = number("single", "factor") * pyTorch + number("single", "floor");
    return tensor.equals("adamw_losses") ? Math.max(most, most(tensor)) : most;
  }

  private static String quantity(String tensor) {
    if (!tensor.startsWith("grad.")) {
      return tensor;
    }
    boolean cancels =
        List.of("norm", "ln_", "q_proj", "k_proj", "c_attn", "query_key_value").stream()
            .anyMatch(tensor::contains);
    return cancels ? "cancelling_gradient" : "gradient";
  }

  private double number(String entry, String name) {
    JsonNode found = entries.path(entry);
    if (!found.path(name).isNumber() || found.path("reason").asString("").isBlank()) {
      throw new IllegalStateException(
          "%s has no %s with a reason for %s".formatted(FILE, name, entry));
    }
    return found.get(name).asDouble();
  }
}
