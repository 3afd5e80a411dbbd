package dev.gatun.claims.saturation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LAMBADA perplexities of the Pythia models at their checkpoints, as EleutherAI published them.
 *
 * @param byModel checkpoints by model name, in the order of their steps
 */
record PythiaCheckpoints(Map<String, List<Checkpoint>> byModel) {
  private static final String FACTS = "/dev/gatun/results/facts/pythia-zero-shot.csv";
  private static final String DEDUPLICATED = "-deduped";
  private static final Pattern SIZE = Pattern.compile("-([0-9.]+)([mb])");
  private static final String HEADER = "model,step,task,metric,value,stderr";

  /**
   * One evaluation.
   *
   * @param perplexity of the last word of LAMBADA's passages
   * @param standardError of the perplexity, over passages
   */
  record Checkpoint(long step, double perplexity, double standardError) {}

  /** The published numbers that ship with Gatun. */
  static PythiaCheckpoints published() {
    try (InputStream csv = PythiaCheckpoints.class.getResourceAsStream(FACTS)) {
      if (csv == null) {
        throw new IllegalStateException("this build lacks " + FACTS + ": build it again");
      }
      return read(new BufferedReader(new InputStreamReader(csv, StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FACTS, e);
    }
  }

  /** The name of the model of equal size trained on deduplicated data; that itself if it is one. */
  static String deduplicated(String model) {
    return model.endsWith(DEDUPLICATED) ? model : model.replace("-bf16", "") + DEDUPLICATED;
  }

  /** Nominal size from a name such as {@code pythia-1.4b-deduped}. */
  static double parameters(String model) {
    Matcher size = SIZE.matcher(model);
    if (!size.find()) {
      throw new IllegalArgumentException("no size in the name of model " + model);
    }
    return Double.parseDouble(size.group(1)) * (size.group(2).equals("m") ? 1e6 : 1e9);
  }

  private static PythiaCheckpoints read(BufferedReader csv) throws IOException {
    if (!HEADER.equals(csv.readLine())) {
      throw new IllegalStateException(FACTS + " does not begin with " + HEADER);
    }
    Map<String, List<Checkpoint>> byModel = new TreeMap<>();
    for (String line = csv.readLine(); line != null; line = csv.readLine()) {
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
}
