package dev.gatun.train;

import dev.gatun.io.Ordered;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Family;
import dev.gatun.model.TransformerConfig.HeadForm;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.OutputBias;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The [model] section of a configuration file. */
final class ModelSection {
  private static final List<String> KEYS =
      List.of(
          "family",
          "vocabulary",
          "width",
          "layers",
          "heads",
          "key-value-heads",
          "head-width",
          "mlp-width",
          "context-length",
          "rotary-theta",
          "norm-epsilon",
          "tied",
          "head",
          "head-rank",
          "head-components",
          "head-vectors",
          "head-classes",
          "output-bias");

  /** The key that belongs to a form of head alone. */
  private static final Map<String, String> KEY_OF_HEAD =
      Ordered.map(
          Map.entry("factorised", "head-rank"),
          Map.entry("mixture-of-softmaxes", "head-components"),
          Map.entry("multiple-hidden", "head-vectors"),
          Map.entry("class-factored", "head-classes"),
          Map.entry("linear", "output-bias"));

  /** Components, or hidden vectors per position, where none are said. */
  private static final int USUAL_PARTS = 4;

  private ModelSection() {}

  static TransformerConfig read(ConfigText file) {
    ConfigText.Section section = file.section("model", KEYS);
    try {
      return switch (section.choice("family", "gpt2", List.of("gpt2", "llama"))) {
        case "llama" -> llama(section);
        default -> gpt2(section);
      };
    } catch (IllegalArgumentException e) {
      throw section.invalid(e);
    }
  }

  private static TransformerConfig gpt2(ConfigText.Section section) {
    for (String key : List.of("key-value-heads", "head-width", "rotary-theta")) {
      if (section.has(key)) {
        throw new IllegalArgumentException("'" + key + "' belongs to family \"llama\"");
      }
    }
    int width = section.integer("width");
    int heads = section.integer("heads");
    return new TransformerConfig(
        Family.GPT2,
        section.integer("vocabulary"),
        width,
        section.integer("layers"),
        heads,
        heads,
        TransformerConfig.headWidth(width, heads),
        section.integer("mlp-width", 4 * width),
        section.integer("context-length"),
        new Positions.Learned(),
        BlockForm.NORM_BEFORE,
        Norm.LAYER,
        section.number("norm-epsilon", 1e-5),
        QueryKeyNorm.NONE,
        Activation.GELU_TANH,
        Biases.ALL,
        OptionalInt.empty(),
        head(section, true));
  }

  private static TransformerConfig llama(ConfigText.Section section) {
    int width = section.integer("width");
    int heads = section.integer("heads");
    return new TransformerConfig(
        Family.LLAMA,
        section.integer("vocabulary"),
        width,
        section.integer("layers"),
        heads,
        section.integer("key-value-heads", heads),
        section.has("head-width")
            ? section.integer("head-width")
            : TransformerConfig.headWidth(width, heads),
        section.integer("mlp-width"),
        section.integer("context-length"),
        new Positions.Rotary(section.number("rotary-theta", 10_000)),
        BlockForm.NORM_BEFORE,
        Norm.RMS,
        section.number("norm-epsilon", 1e-5),
        QueryKeyNorm.NONE,
        Activation.SWIGLU,
        Biases.NONE,
        OptionalInt.empty(),
        head(section, false));
  }

  private static HeadForm head(ConfigText.Section section, boolean tiedByDefault) {
    String usual = section.has("head-rank") ? "factorised" : "linear";
    String form = section.choice("head", usual, HeadForm.LABELS);
    KEY_OF_HEAD.forEach((head, key) -> {
      if (section.has(key) && !form.equals(head)) {
        throw new IllegalArgumentException("'" + key + "' belongs to head \"" + head + "\"");
      }
    });
    boolean canBeTied = form.equals("linear") || form.equals("sigsoftmax");
    if (!canBeTied && section.flag("tied", false)) {
      throw new IllegalArgumentException("a head of form \"" + form + "\" cannot be tied");
    }
    boolean tied = section.flag("tied", tiedByDefault);
    return switch (form) {
      case "factorised" -> new HeadForm.Factorised(section.integer("head-rank"));
      case "sigsoftmax" -> new HeadForm.Sigsoftmax(tied);
      case "mixture-of-softmaxes" ->
          new HeadForm.MixtureOfSoftmaxes(section.integer("head-components", USUAL_PARTS));
      case "multiple-hidden" ->
          new HeadForm.MultipleHidden(section.integer("head-vectors", USUAL_PARTS));
      case "class-factored" -> classFactored(section);
      default -> new HeadForm.Linear(tied, outputBias(section));
    };
  }

  private static OutputBias outputBias(ConfigText.Section section) {
    return OutputBias.of(
        section.choice("output-bias", OutputBias.NONE.label(), OutputBias.labels()));
  }

  private static HeadForm classFactored(ConfigText.Section section) {
    return section.has("head-classes")
        ? new HeadForm.ClassFactored(section.integer("head-classes"))
        : HeadForm.ClassFactored.nearSquareRoot(section.integer("vocabulary"));
  }
}
