package dev.gatun.report;

import dev.gatun.io.Resources;
import dev.gatun.io.TomlFile;
import dev.gatun.results.UnreadableResultsException;
import dev.gatun.results.Verdict;
import java.util.ArrayList;
import java.util.List;

/** The figures that are data: {@code results/figures.toml}. */
record FigureBook(List<FigureEntry> figures) {
  private static final String RESOURCE = "figures.toml";
  private static final TomlFile<FigureBook> TOML =
      new TomlFile<>(FigureBook.class, UnreadableResultsException::new);

  FigureBook {
    figures = figures == null ? List.of() : List.copyOf(figures);
  }

  /** The figures that ship with Gatun. */
  static FigureBook shipped() {
    return parse(RESOURCE, Resources.text("/dev/gatun/results/" + RESOURCE));
  }

  /**
   * Those of a file.
   *
   * @param name of the file, for messages
   * @throws dev.gatun.results.UnreadableResultsException naming the file, the key, and the nearest
   *     valid key
   */
  static FigureBook parse(String name, String text) {
    return TOML.parse(name, text);
  }

  /** Recipes of a claim's figures, in the order of the file. */
  List<FigureRecipe> of(String claim) {
    return figures.stream().filter(f -> f.claim().equals(claim)).map(FigureRecipe::new).toList();
  }

  /** Of all figures of claims: those that need code of their own, then those of this book. */
  List<FigureSource> sources(List<Verdict> verdicts) {
    PublishedPoints published = PublishedPoints.shipped();
    var sources = new ArrayList<FigureSource>();
    sources.add(new DestroyedNormFigure(verdicts, published));
    sources.add(new SpectraFigure());
    sources.add(new SpamLangFigures());
    sources.add(new ScalingLawFigure(published));
    sources.add(new AnisotropyFigures(published));
    sources.add(new SingularEntropyFigures(published));
    figures.forEach(entry -> sources.add(new FigureRecipe(entry)));
    return sources;
  }
}
