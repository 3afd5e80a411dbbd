package dev.gatun.results;

import dev.gatun.results.Verdict.AgainstNull;
import dev.gatun.results.Verdicts.Group;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Puts a verdict on one check into a word and a reason. */
final class CheckReport {
  private static final Estimate NOTHING = new Estimate(Double.NaN, 0, "nowhere");

  private final ExpectedClaim claim;
  private final ExpectedCheck check;
  private final String tier;
  private final String corpus;
  private Optional<String> otherHead = Optional.empty();

  CheckReport(ExpectedClaim claim, ExpectedCheck check, String tier, String corpus) {
    this.claim = claim;
    this.check = check;
    this.tier = tier;
    this.corpus = corpus;
  }

  /** Names the head of the runs, if the claim is about others. */
  void ofHead(Optional<String> head) {
    otherHead = head;
  }

  Verdict notHere(String reason) {
    return verdict(Outcome.SKIPPED, false, NOTHING, Optional.empty(), reason);
  }

  Verdict without(Outcome outcome, String reason) {
    return verdict(outcome, true, NOTHING, Optional.empty(), reason);
  }

  Verdict of(Outcome outcome, Estimate value, String reason) {
    return verdict(outcome, true, value, Optional.empty(), reason);
  }

  /** A value with the null at the same place, if there is one. */
  private record Judged(Group value, Optional<Group> nullValue, Outcome outcome, double margin) {}

  /** The value with the worst outcome, and of those the one farthest out or nearest a bound. */
  Verdict worst(List<Group> values, List<Group> nulls) {
    List<Judged> judged = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      judged.add(judge(values.get(i), nullOf(i, values, nulls)));
    }
    Judged worst =
        judged.stream()
            .min(Comparator.comparing(Judged::outcome).thenComparing(Judged::margin))
            .orElseThrow();
    boolean tooSmall = claim.needs().containsKey(tier) && check.inside() == Outcome.REPRODUCED;
    String reason =
        "%s%s (%s%s)%s%s"
            .formatted(
                tooSmall ? "too small a run to decide it; " : "",
                words(worst),
                worst.value().estimate().where(),
                values.size() == 1 ? "" : "; the worst of " + values.size(),
                tooSmall || worst.outcome() != Outcome.UNDECIDED ? "" : wouldDecide(judged),
                check.hasNull() && nulls.isEmpty()
                    ? "; its null, %s, is not measured".formatted(check.nullName())
                    : "");
    return verdict(
        tooSmall ? Outcome.UNDECIDED : worst.outcome(),
        true,
        worst.value().estimate(),
        Optional.of(worst),
        reason);
  }

  /** The null of the same place: as many of them, the only one, or the one of the same step. */
  private static Optional<Group> nullOf(int at, List<Group> values, List<Group> nulls) {
    if (nulls.size() == values.size() || nulls.size() == 1) {
      return Optional.of(nulls.get(nulls.size() == 1 ? 0 : at));
    }
    String step = step(values.get(at));
    return nulls.stream().filter(group -> step(group).equals(step)).findFirst();
  }

  private static String step(Group group) {
    return group.where().substring(group.where().lastIndexOf(", ") + 1);
  }

  private Judged judge(Group value, Optional<Group> nullValue) {
    Estimate judged = judged(value.estimate());
    Outcome outcome = within(judged);
    if (outcome == Outcome.REPRODUCED) {
      outcome = check.inside();
    }
    if (outcome == Outcome.REPRODUCED && nullValue.isPresent()) {
      outcome =
          switch (within(nullValue.get().estimate())) {
            case REPRODUCED -> Outcome.AS_ITS_NULL;
            case NOT_REPRODUCED -> Outcome.REPRODUCED;
            default -> Outcome.UNDECIDED;
          };
    }
    double margin =
        Math.min(
            judged.low() - check.scale().to(check.low()),
            check.scale().to(check.high()) - judged.high());
    return new Judged(value, nullValue, outcome, margin);
  }

  /** Whether an interval lies inside the bounds, outside or across one. */
  private Outcome within(Estimate estimate) {
    double low = check.scale().from(estimate.low());
    double high = check.scale().from(estimate.high());
    if (check.contains(low) && check.contains(high)) {
      return Outcome.REPRODUCED;
    }
    return check.isAbove(low) || check.isBelow(high) || Double.isNaN(low)
        ? Outcome.NOT_REPRODUCED
        : Outcome.UNDECIDED;
  }

  private Estimate judged(Estimate value) {
    return check.judgeUncertainty() || check.kind() == CheckKind.STATISTICAL
        ? value
        : new Estimate(value.value(), 0, value.where());
  }

  private String words(Judged judged) {
    boolean inside = within(judged(judged.value().estimate())) == Outcome.REPRODUCED;
    return switch (judged.outcome()) {
      case NOT_REPRODUCED -> "outside the bound";
      case UNDECIDED -> inside ? "inside the bound, and its null is across it" : "across the bound";
      case AS_ITS_NULL -> "inside the bound, and so is its null";
      case REPRODUCED ->
          judged.nullValue().isPresent()
              ? "inside the bound, and its null is not"
              : "inside the bound";
      case RECOMPUTED, HOLDS -> "inside the bound";
      case SKIPPED -> throw new AssertionError("a value is never skipped");
    };
  }

  /** How many seeds would tell what these do not, if means and scatter stay as they are. */
  private String wouldDecide(List<Judged> judged) {
    if (check.kind() != CheckKind.STATISTICAL) {
      return "";
    }
    List<Judged> open = judged.stream().filter(one -> one.outcome() == Outcome.UNDECIDED).toList();
    List<Group> across = open.stream().flatMap(this::across).toList();
    if (across.stream().anyMatch(group -> group.seeds() < 2)) {
      return "; a single seed does not say how many would decide it";
    }
    // A mean that lies outside decides by itself; else none may be left across the bound.
    Comparator<Group> bySeeds = Comparator.comparingInt(this::seedsFor);
    Group last =
        open.stream()
            .map(Judged::value)
            .filter(value -> !check.contains(check.scale().from(value.estimate().value())))
            .min(bySeeds)
            .orElseGet(() -> across.stream().max(bySeeds).orElseThrow());
    boolean isNull = open.stream().map(Judged::value).noneMatch(last::equals);
    String mean = isNull ? "the mean of its null" : "the mean";
    int seeds = seedsFor(last);
    return seeds <= StudentInterval.MOST_VALUES
        ? "; about %s seeds would decide it if %s stays".formatted(seeds, mean)
        : "; not even %s seeds would decide it, as %s lies on the bound or next to it"
            .formatted(StudentInterval.MOST_VALUES, mean);
  }

  /** The value and its null, as far as they are across a bound. */
  private Stream<Group> across(Judged judged) {
    return Stream.concat(Stream.of(judged.value()), judged.nullValue().stream())
        .filter(group -> within(group.estimate()) == Outcome.UNDECIDED);
  }

  /** The least number of seeds whose interval is not across a bound. */
  private int seedsFor(Group group) {
    Estimate value = group.estimate();
    double toBound =
        Math.min(
            Math.abs(value.value() - check.scale().to(check.low())),
            Math.abs(check.scale().to(check.high()) - value.value()));
    return StudentInterval.valuesFor(toBound, value.halfWidth(), group.seeds())
        .orElse(StudentInterval.MOST_VALUES + 1);
  }

  private Verdict verdict(
      Outcome outcome, boolean here, Estimate measured, Optional<Judged> judged, String reason) {
    Optional<Group> nullValue = judged.flatMap(Judged::nullValue);
    return new Verdict(
        claim.claim(),
        check.id(),
        tier,
        corpus,
        outcome,
        here && otherHead.isEmpty(),
        check.scale().from(measured.value()),
        check.scale().from(measured.low()),
        check.scale().from(measured.high()),
        check.low(),
        check.high(),
        check.unit(),
        nullValue.map(n -> check.scale().from(n.estimate().value())).orElse(Double.NaN),
        check.nullName(),
        nullValue.map(n -> against(judged.get().value().minus(n))).orElse(AgainstNull.NONE),
        check.source(),
        check.grade(),
        otherHead.map(head -> besideOf(head) + reason).orElse(reason));
  }

  private AgainstNull against(Estimate difference) {
    return new AgainstNull(
        check.scale().from(difference.low()),
        check.scale().from(difference.high()),
        check.scale().from(0));
  }

  private String besideOf(String head) {
    return "the claim is about %s heads, and this is one of form %s; "
        .formatted(String.join(" or ", claim.heads()), head);
  }
}
