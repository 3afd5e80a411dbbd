package dev.gatun.claims.checkpoint;

import dev.gatun.facts.PublishedModel;
import dev.gatun.facts.SaturationPaper;
import dev.gatun.io.NearestName;
import dev.gatun.results.Metric;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A model that the papers measure, at a step of its training.
 *
 * @param stage of training, where the model has several
 * @param step {@link Metric#NO_STEP} at the end of a training whose length is not known
 * @param last whether it stands at the end of its training
 */
public record PublishedCheckpoint(
    PublishedModel model, Optional<String> stage, long step, boolean last) {
  private static final String PYTHIA = "Pythia";

  /** What a folder says of itself. */
  public record Folder(
      String model, Optional<String> stage, OptionalLong step, int layers, int width) {

    /** The name without the owner of the repository, in lower case. */
    private String name() {
      return model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The model that a folder is named after. A name that states no step is the end of the training.
   *
   * @param models that there are
   * @throws IllegalArgumentException if the folder has another name or another shape
   */
  public static PublishedCheckpoint of(Folder folder, List<PublishedModel> models) {
    PublishedModel model =
        models.stream()
            .filter(known -> known.names().contains(folder.name()))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(unknown(folder, models)));
    if (model.layers() != folder.layers || model.width() != folder.width) {
      throw new IllegalArgumentException(
          "%s is named as %s, which has %s layers of width %s, and has %s of width %s; `gatun measure` measures any model"
              .formatted(
                  folder.model,
                  model.name(),
                  model.layers(),
                  model.width(),
                  folder.layers,
                  folder.width));
    }
    OptionalLong length =
        model.family().equals(PYTHIA)
            ? OptionalLong.of(SaturationPaper.shipped().pythiaTraining().steps())
            : OptionalLong.empty();
    boolean last = folder.step.isEmpty() || folder.step.equals(length);
    long step = folder.step.orElse(length.orElse(Metric.NO_STEP));
    return new PublishedCheckpoint(model, folder.stage, step, last);
  }

  private static String unknown(Folder folder, List<PublishedModel> models) {
    List<String> names = models.stream().flatMap(model -> model.names().stream()).toList();
    return "%s is no model that the papers measure; the nearest is %s, fetch-models.md lists all, and `gatun measure` measures any"
        .formatted(folder.model, NearestName.of(folder.name(), names));
  }

  /** Whether the checkpoint is of a model that a paper names. */
  boolean isOf(PublishedModel published) {
    return published.name().equals(model.name());
  }

  /** The model and the step, as {@code pythia-70m, step 1000}. */
  public String name() {
    return step == Metric.NO_STEP ? arm() : "%s, step %s".formatted(arm(), step);
  }

  /** Steps of one arm are steps of one training. */
  public String arm() {
    String name = model.name().toLowerCase(Locale.ROOT);
    return stage.map(s -> name + " " + s).orElse(name);
  }
}
