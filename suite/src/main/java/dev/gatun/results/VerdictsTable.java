package dev.gatun.results;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** The table {@code verdicts.arrow}. */
final class VerdictsTable {
  static final ArrowTable<StoredVerdict> TABLE =
      new ArrowTable<>(
          "verdicts",
          List.of(
              text("claim", "claim that was judged", v -> v.verdict().claim()),
              text("claim_title", "what is claimed, in words", StoredVerdict::claimTitle),
              text(
                  "claim_outcome",
                  "worst of the checks that count, and undecided at best where the tier is too"
                      + " small",
                  v -> v.claim().outcome().name()),
              optional(
                  "recorded_outcome",
                  "how the claim is recorded to come out at this tier, null if that is not"
                      + " recorded",
                  v -> v.claim().recorded().map(Outcome::name).orElse("")),
              optional(
                  "claim_needs",
                  "size of run that would decide the claim, null if this tier can",
                  v -> v.claim().needs()),
              text("check", "id of the check, unique within the claim", v -> v.verdict().check()),
              text("title", "what is checked, in words", StoredVerdict::title),
              text("tier", "how much work the evidence was", v -> v.verdict().tier()),
              new Column.Flag<>(
                  "gates", "whether it counts for the claim", v -> v.verdict().gates()),
              text("outcome", "how it came out", v -> v.verdict().outcome().name()),
              optional(
                  "corpus",
                  "text that the claim's runs read, null if none or several",
                  v -> v.verdict().corpus()),
              number("measured", "value that decided", v -> v.verdict().measured()),
              number("measured_low", "least of its interval", v -> v.verdict().measuredLow()),
              number("measured_high", "greatest of its interval", v -> v.verdict().measuredHigh()),
              number(
                  "expected_low",
                  "least value inside the bound, null if there is no such bound",
                  v -> finiteOrNone(v.verdict().expectedLow())),
              number(
                  "expected_high",
                  "greatest value inside the bound, null if there is no such bound",
                  v -> finiteOrNone(v.verdict().expectedHigh())),
              new Column.Flag<>(
                  "open_low",
                  "whether the least value itself lies outside",
                  StoredVerdict::openLow),
              new Column.Flag<>(
                  "open_high",
                  "whether the greatest value itself lies outside",
                  StoredVerdict::openHigh),
              text("unit", "unit of all these values", v -> v.verdict().unit()),
              text("source", "where the expected value comes from", v -> v.verdict().source()),
              text("grade", "how exact that source is", v -> v.verdict().grade().name()),
              number("null_value", "what the null gives", v -> v.verdict().nullValue()),
              optional(
                  "null_name",
                  "metric or arms of the null, null if none",
                  v -> v.verdict().nullName()),
              number(
                  "against_null_low",
                  "least of the measurement less its null, or over it, pair by pair",
                  v -> v.verdict().againstNull().low()),
              number(
                  "against_null_high",
                  "greatest of the measurement less its null, or over it, pair by pair",
                  v -> v.verdict().againstNull().high()),
              number(
                  "against_null_equal",
                  "0 of a difference and 1 of a quotient",
                  v -> v.verdict().againstNull().equal()),
              text("reason", "why the outcome is what it is", v -> v.verdict().reason())),
          VerdictsTable::read);

  private VerdictsTable() {}

  private static Column<StoredVerdict> text(
      String name, String description, Function<StoredVerdict, String> value) {
    return new Column.Text<>(name, false, description, value);
  }

  private static Column<StoredVerdict> optional(
      String name, String description, Function<StoredVerdict, String> value) {
    return new Column.Text<>(name, true, description, value);
  }

  /** In the unit of the verdict, null if there is none. */
  private static Column<StoredVerdict> number(
      String name, String description, ToDoubleFunction<StoredVerdict> value) {
    return new Column.Number<>(name, true, "column unit", description, value);
  }

  private static double finiteOrNone(double bound) {
    return Double.isInfinite(bound) ? Double.NaN : bound;
  }

  private static StoredVerdict read(ArrowTable.Row row) {
    return new StoredVerdict(
        new Verdict(
            row.text("claim"),
            row.text("check"),
            row.text("tier"),
            row.text("corpus"),
            Outcome.valueOf(row.text("outcome")),
            row.flag("gates"),
            row.number("measured"),
            row.number("measured_low"),
            row.number("measured_high"),
            numberOr(row, "expected_low", Double.NEGATIVE_INFINITY),
            numberOr(row, "expected_high", Double.POSITIVE_INFINITY),
            row.text("unit"),
            row.number("null_value"),
            row.text("null_name"),
            new Verdict.AgainstNull(
                row.number("against_null_low"),
                row.number("against_null_high"),
                row.number("against_null_equal")),
            row.text("source"),
            Grade.valueOf(row.text("grade")),
            row.text("reason")),
        row.text("title"),
        row.flag("open_low"),
        row.flag("open_high"),
        row.text("claim_title"),
        new ClaimVerdict(
            Outcome.valueOf(row.text("claim_outcome")), recorded(row), row.text("claim_needs")));
  }

  private static double numberOr(ArrowTable.Row row, String column, double none) {
    double value = row.number(column);
    return Double.isNaN(value) ? none : value;
  }

  private static Optional<Outcome> recorded(ArrowTable.Row row) {
    return Optional.of(row.text("recorded_outcome"))
        .filter(name -> !name.isEmpty())
        .map(Outcome::valueOf);
  }
}
