package dev.gatun.report;

import dev.gatun.report.FigureEntry.Place;
import dev.gatun.report.chart.Point;
import dev.gatun.results.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An arm of a claim as a series of a figure sees it.
 *
 * @param match its name against the series' pattern
 * @param runs one for each seed
 */
record Arm(String name, MatchResult match, List<Run> runs, EvidenceIndex evidence) {
  private static final Pattern SETTING = Pattern.compile("\\{setting\\.([A-Za-z]+)\\}");

  /** The arms of a claim that have a metric, or a curve where its name ends in {@code @}. */
  static List<Arm> of(EvidenceIndex evidence, String claim, String metric, Pattern names) {
    Map<String, List<Run>> all =
        metric.endsWith("@")
            ? evidence.armsWithCurve(claim, curve(metric))
            : evidence.armsWith(claim, metric);
    var arms = new ArrayList<Arm>();
    all.forEach((name, runs) -> {
      Matcher match = names.matcher(name);
      if (match.matches()) {
        arms.add(new Arm(name, match.toMatchResult(), runs, evidence));
      }
    });
    return arms;
  }

  private static String curve(String metric) {
    return metric.substring(0, metric.length() - 1);
  }

  /** The same of one run alone. */
  Arm of(Run run) {
    return new Arm(name, match, List.of(run), evidence);
  }

  /** A metric over its steps, or a curve over its places. */
  List<Point> along(String metric) {
    return metric.endsWith("@")
        ? evidence.curve(runs, curve(metric))
        : evidence.overSteps(runs, metric);
  }

  /** A metric at its last step. */
  Optional<Point> last(String metric) {
    return evidence.last(runs, metric);
  }

  /** A number as {@link Place} names it; NaN if the arm has none. */
  double number(String what) {
    if (what.equals(Place.GROUP)) {
      return inName(match.group(1));
    }
    return what.startsWith(Place.SETTING)
        ? setting(what.substring(Place.SETTING.length()))
        : last(what).map(Point::y).orElse(Double.NaN);
  }

  /** As {@code 16}, {@code 70m} or {@code 1.4b}. */
  private static double inName(String text) {
    double unit = text.endsWith("m") ? 1e6 : text.endsWith("b") ? 1e9 : 1;
    return unit * Double.parseDouble(unit == 1 ? text : text.substring(0, text.length() - 1));
  }

  private double setting(String key) {
    JsonNode value = JsonMapper.shared().readTree(runs.getFirst().configuration()).findValue(key);
    return value == null ? Double.NaN : value.asDouble(Double.NaN);
  }

  /** The name of its series. */
  String named(String template) {
    String text = template.replace("{arm}", name);
    if (match.groupCount() > 0) {
      text = text.replace(Place.GROUP, match.group(1));
    }
    return SETTING
        .matcher(text)
        .replaceAll(s -> String.format(Locale.ROOT, "%,.0f", setting(s.group(1))));
  }

  /** As in {@code arm d64, mean of 5 seeds}. */
  String inWords() {
    return "arm %s, %s"
        .formatted(name, runs.size() == 1 ? "one seed" : "mean of " + runs.size() + " seeds");
  }
}
