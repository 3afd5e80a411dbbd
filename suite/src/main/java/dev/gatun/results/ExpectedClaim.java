package dev.gatun.results;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a claim says and the checks that decide it: one file of {@code results/expected/}.
 *
 * @param claim as {@code A1}
 * @param title a few words
 * @param statement the paper's claim, as a sentence
 * @param formula how it is measured, in symbols
 * @param paper where it is claimed
 */
public record ExpectedClaim(
    String claim,
    String title,
    String statement,
    String formula,
    String paper,
    List<ExpectedCheck> checks) {

  /**
   * Throws {@link IllegalArgumentException} naming a key that is missing or an id that is twice.
   */
  public ExpectedClaim {
    require(claim, "claim");
    require(title, "title");
    require(statement, "statement");
    require(formula, "formula");
    require(paper, "paper");
    checks = checks == null ? List.of() : List.copyOf(checks);
    if (checks.isEmpty()) {
      throw new IllegalArgumentException("claim " + claim + " has no check");
    }
    Set<String> ids = new HashSet<>();
    for (ExpectedCheck check : checks) {
      if (!ids.add(check.id())) {
        throw new IllegalArgumentException("check " + check.id() + " is there twice");
      }
    }
  }

  private static void require(String value, String key) {
    if (Objects.requireNonNullElse(value, "").isBlank()) {
      throw new IllegalArgumentException("the key " + key + " is missing");
    }
  }
}
