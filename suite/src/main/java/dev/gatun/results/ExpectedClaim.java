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
 * @param heads forms of head for which its checks gate, reported only for others; all by default
 */
public record ExpectedClaim(
    String claim,
    String title,
    String statement,
    String formula,
    String paper,
    List<String> heads,
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
    heads = heads == null ? List.of() : List.copyOf(heads);
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

  /** Whether its checks gate for a head. */
  boolean gatesFor(String head) {
    return heads.isEmpty() || heads.contains(head);
  }

  private static void require(String value, String key) {
    if (Objects.requireNonNullElse(value, "").isBlank()) {
      throw new IllegalArgumentException("the key " + key + " is missing");
    }
  }
}
