package dev.gatun.report;

import dev.gatun.report.FigureEntry.SeriesEntry;
import dev.gatun.report.chart.Chart;
import dev.gatun.report.chart.Ink;
import dev.gatun.report.chart.Marker;
import dev.gatun.report.chart.Point;
import dev.gatun.report.chart.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Draws an entry of {@code results/figures.toml}. */
final class FigureRecipe implements FigureSource {
  private final FigureEntry entry;

  FigureRecipe(FigureEntry entry) {
    this.entry = entry;
  }

  @Override
  public String claim() {
    return entry.claim();
  }

  @Override
  public String subject() {
    return entry.needs();
  }

  /** The figure; none if the evidence has nothing to draw but nulls. */
  @Override
  public List<Figure> figures(EvidenceIndex evidence) {
    var all = new ArrayList<Series>();
    Optional<Arm> measured = Optional.empty();
    int coloured = 0;
    for (SeriesEntry s : entry.series()) {
      if (s.published() != null) {
        all.add(styled(s, 0, s.name(), PublishedPoints.of(s.published())));
        continue;
      }
      var recipe = new SeriesRecipe(s, entry.claim(), evidence, entry.largestArm());
      List<Series> drawn = drawn(recipe, s, coloured);
      all.addAll(drawn);
      coloured += s.ink() == null ? drawn.size() : 0;
      if (s.ink() != Ink.REFERENCE && !drawn.isEmpty()) {
        measured = recipe.arms().stream().findFirst();
      }
    }
    return measured.map(arm -> figure(all, arm)).stream().toList();
  }

  private List<Series> drawn(SeriesRecipe recipe, SeriesEntry s, int coloured) {
    var drawn = new ArrayList<Series>();
    for (SeriesRecipe.Named named : recipe.series()) {
      List<Point> points = named.points().stream().filter(this::hasPlace).toList();
      Series series = styled(s, coloured + drawn.size(), named.name(), points);
      if (!series.points().isEmpty()) {
        drawn.add(series);
      }
    }
    return drawn;
  }

  /** What is not above zero, as step 0, has no place on a logarithmic axis. */
  private boolean hasPlace(Point p) {
    return p.x() > 0 || !entry.x().isLogarithmic();
  }

  /** In the entry's own colour and shape, else in those of the i-th series. */
  private static Series styled(SeriesEntry s, int i, String name, List<Point> points) {
    Ink ink = s.ink() == null ? Ink.ofSeries(i) : s.ink();
    int shape = s.ink() == null ? i : ink.ordinal() - Ink.FIRST.ordinal();
    Marker marker = s.marker() == null ? Marker.ofSeries(shape) : s.marker();
    return new Series(name, ink, marker, s.line(), points);
  }

  private Figure figure(List<Series> series, Arm arm) {
    double furthest =
        series.stream().flatMap(s -> s.points().stream()).mapToDouble(Point::x).max().orElseThrow();
    var verticals = new ArrayList<Chart.Vertical>();
    for (FigureEntry.VerticalEntry v : entry.verticals()) {
      Optional<Double> at =
          v.metric() == null ? Optional.of(v.at()) : arm.last(v.metric()).map(Point::y);
      at.ifPresent(x -> verticals.add(new Chart.Vertical(v.label(), x)));
    }
    return new Figure(
        "figure-" + entry.id(),
        entry.title(),
        entry.caption().replace("{arm}", arm.inWords()),
        new Chart(entry.x().fitted(furthest), entry.y().axis(), series, List.of(), verticals));
  }
}
