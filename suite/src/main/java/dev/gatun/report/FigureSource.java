package dev.gatun.report;

import java.util.List;

/** Draws figures for one claim from whatever evidence has the data for them. */
interface FigureSource {
  /** The claim under which the figures stand. */
  String claim();

  /** What the figures show and need, to be said where the data is absent; empty to say nothing. */
  String subject();

  /** The figures, none if the data is absent. */
  List<Figure> figures(EvidenceIndex evidence);
}
