package dev.gatun.facts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * LAMBADA perplexities of the Pythia models at their checkpoints, as EleutherAI published them.
 *
 * @param byModel checkpoints by model name, in the order of their steps
 */
public record PythiaCheckpoints(Map<String, List<Checkpoint>> byModel) {
  private static final String FILE = "pythia-zero-shot.csv";
  private static final String DEDUPLICATED = "-deduped";
  private static final String HEADER = "model,step,task,metric,value,stderr";

  /**
   * One evaluation.
   *
   * @param perplexity of the last word of LAMBADA's passages
   * @param standardError of the perplexity, over passages
   */
  public record Checkpoint(long step, double perplexity, double standardError) {}

  /** The published numbers that ship with Gatun. */
  public static PythiaCheckpoints shipped() {
    List<String> lines = FactsFile.text(FILE).lines().toList();
    if (!HEADER.equals(lines.getFirst())) {
      throw new IllegalStateException(FILE + " does not begin with " + HEADER);
    }
    Map<String, List<Checkpoint>> byModel = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      if (cells[2].equals("lambada_openai") && cells[3].equals("ppl")) {
        byModel
            .computeIfAbsent(cells[0], _ -> new ArrayList<>())
            .add(
                new Checkpoint(
                    Long.parseLong(cells[1]),
                    Double.parseDouble(cells[4]),
                    Double.parseDouble(cells[5])));
      }
    }
    byModel.values().forEach(list -> list.sort(Comparator.comparingLong(Checkpoint::step)));
    return new PythiaCheckpoints(byModel);
  }

  /** The name of the model of equal size trained on deduplicated data; that itself if it is one. */
  public static String deduplicated(String model) {
    return model.endsWith(DEDUPLICATED) ? model : model.replace("-bf16", "") + DEDUPLICATED;
  }
}
