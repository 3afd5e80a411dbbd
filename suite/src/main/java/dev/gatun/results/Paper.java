package dev.gatun.results;

import dev.gatun.io.NearestName;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A paper whose claims are measured, and what the report says about all of them together.
 *
 * @param id as {@code A}
 * @param label what stands above the title; {@code Paper A} by default
 * @param title a few words
 * @param source where it can be read
 * @param claims ids, in the order of the report
 * @param subject what the paper says and how it is asked here, in two or three sentences
 * @param findings what came out, each naming checks as {@code A6.paper_cause}
 */
public record Paper(
    String id,
    String label,
    String title,
    String source,
    List<String> claims,
    String subject,
    List<Finding> findings) {

  /**
   * What came out, as a paragraph.
   *
   * @param title the question that it answers; of several of one title the first that holds is
   *     said. None by default
   * @param figure id of the figure that stands beside it; none by default
   * @param text as of a {@link Remark}
   * @param when as of a {@link Remark}
   */
  public record Finding(
      String title, String figure, String text, Map<String, List<Standing>> when) {
    /** Fills in the defaults; text that is no remark is an {@link IllegalArgumentException}. */
    public Finding {
      title = Objects.requireNonNullElse(title, "");
      figure = Objects.requireNonNullElse(figure, "");
      when = new Remark(text, when).when();
    }

    /** What is said, and on which conditions. */
    public Remark remark() {
      return new Remark(text, when);
    }
  }

  /** Keeps copies; a missing key is an {@link IllegalArgumentException} naming it. */
  public Paper {
    require(id, "id");
    label = Objects.requireNonNullElse(label, "Paper " + id);
    require(title, "title");
    require(source, "source");
    require(subject, "subject");
    claims = claims == null ? List.of() : List.copyOf(claims);
    if (claims.isEmpty()) {
      throw new IllegalArgumentException("paper " + id + " has no claims");
    }
    findings = findings == null ? List.of() : List.copyOf(findings);
  }

  /**
   * Throws {@link IllegalArgumentException} if it names a claim or a check that the expected values
   * lack.
   */
  void requireKnown(ExpectedValues expected) {
    claims.forEach(expected::of);
    requireKnown("paper " + id, findings.stream().map(Finding::remark).toList(), expected);
  }

  /** The same of the checks that some remarks name. */
  static void requireKnown(String who, List<Remark> remarks, ExpectedValues expected) {
    List<String> known =
        expected.claims().stream()
            .flatMap(c -> c.checks().stream().map(check -> c.claim() + "." + check.id()))
            .toList();
    for (Remark remark : remarks) {
      for (String check : remark.checks()) {
        if (!known.contains(check)) {
          throw new IllegalArgumentException(
              "%s speaks of the check %s, which there is not; the nearest is %s"
                  .formatted(who, check, NearestName.of(check, known)));
        }
      }
    }
  }

  private static void require(String value, String key) {
    if (Objects.requireNonNullElse(value, "").isBlank()) {
      throw new IllegalArgumentException("a paper lacks the key " + key);
    }
  }
}
