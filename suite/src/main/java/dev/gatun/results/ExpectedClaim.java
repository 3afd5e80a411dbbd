package dev.gatun.results;

import dev.gatun.io.NearestName;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What a claim says and the checks that decide it: one file of {@code results/expected/}.
 *
 * @param claim as {@code A1}
 * @param title a few words
 * @param statement the paper's claim, as a sentence
 * @param formula how it is measured, in symbols
 * @param paper where it is claimed
 * @param heads forms of head that it is about, whose checks alone count; all by default
 * @param needs by tier, the size of run that would decide the claim, where that tier's cannot
 * @param recorded the verdict that the claim is recorded to have, by tier and text: {@code quick},
 *     {@code desk} on <i>code</i> or on no text, {@code quick-prose} on <i>prose</i>
 * @param evidence what was measured, in words; none by default, as all remarks
 * @param control what it is held against
 * @param follows what the two say
 * @param doesNotFollow what they do not say, though one might think so
 */
public record ExpectedClaim(
    String claim,
    String title,
    String statement,
    String formula,
    String paper,
    List<String> heads,
    Map<String, String> needs,
    Map<String, RecordedVerdict> recorded,
    List<Remark> evidence,
    List<Remark> control,
    List<Remark> follows,
    List<Remark> doesNotFollow,
    List<ExpectedCheck> checks) {
  /** What claims train on unless another text is chosen. */
  private static final String USUAL_CORPUS = "code";

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
    needs = needs == null ? Map.of() : new LinkedHashMap<>(needs);
    recorded = recorded == null ? Map.of() : new LinkedHashMap<>(recorded);
    checks = checks == null ? List.of() : List.copyOf(checks);
    if (checks.isEmpty()) {
      throw new IllegalArgumentException("claim " + claim + " has no check");
    }
    Set<String> ids = new LinkedHashSet<>();
    for (ExpectedCheck check : checks) {
      if (!ids.add(check.id())) {
        throw new IllegalArgumentException("check " + check.id() + " is there twice");
      }
    }
    evidence = known(evidence, ids);
    control = known(control, ids);
    follows = known(follows, ids);
    doesNotFollow = known(doesNotFollow, ids);
  }

  /**
   * The verdict that is recorded at a tier on a text; empty if none is, as on a text of the user's.
   *
   * @param corpus name of the text; empty if the claim reads none or several
   */
  public Optional<RecordedVerdict> recorded(String tier, String corpus) {
    return Optional.ofNullable(recorded.get(recordKey(tier, corpus)));
  }

  /** The key under which a verdict is recorded. */
  static String recordKey(String tier, String corpus) {
    return corpus.isEmpty() || corpus.equals(USUAL_CORPUS) ? tier : tier + "-" + corpus;
  }

  /**
   * One of its checks.
   *
   * @throws IllegalArgumentException naming the nearest one if there is none of that id
   */
  public ExpectedCheck check(String id) {
    return checks.stream()
        .filter(check -> check.id().equals(id))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "claim %s has no check %s; the nearest is %s"
                    .formatted(
                        claim,
                        id,
                        NearestName.of(id, checks.stream().map(ExpectedCheck::id).toList()))));
  }

  private static List<Remark> known(List<Remark> remarks, Set<String> ids) {
    List<Remark> all = remarks == null ? List.of() : List.copyOf(remarks);
    for (Remark remark : all) {
      for (String check : remark.checks()) {
        if (!ids.contains(check)) {
          throw new IllegalArgumentException(
              "a remark speaks of the check %s, which there is not; the nearest is %s"
                  .formatted(check, NearestName.of(check, ids)));
        }
      }
    }
    return all;
  }

  boolean isAbout(String head) {
    return heads.isEmpty() || heads.contains(head);
  }

  private static void require(String value, String key) {
    if (Objects.requireNonNullElse(value, "").isBlank()) {
      throw new IllegalArgumentException("the key " + key + " is missing");
    }
  }
}
