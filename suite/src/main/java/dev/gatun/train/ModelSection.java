package dev.gatun.train;

import static dev.gatun.train.RunConfig.or;
import static dev.gatun.train.RunConfig.refuse;
import static dev.gatun.train.RunConfig.required;

import dev.gatun.io.NearestName;
import dev.gatun.model.AttentionForm;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.Positions;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.databind.PropertyNamingStrategies.KebabCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The keys of [model] in a configuration file; null where one is left out. */
@JsonNaming(KebabCaseStrategy.class)
record ModelSection(
    Family family,
    Integer vocabulary,
    Integer width,
    Integer layers,
    Integer heads,
    Integer keyValueHeads,
    Integer headWidth,
    Integer mlpWidth,
    Integer contextLength,
    Double rotaryTheta,
    Double normEpsilon,
    Boolean tied,
    String head,
    Integer headRank,
    Integer headComponents,
    Integer headVectors,
    Integer headClasses,
    String outputBias) {

  /** Components, or hidden vectors per position, where none are said. */
  private static final int USUAL_PARTS = 4;

  /** The families that are trained. */
  enum Family {
    GPT2,
    LLAMA
  }

  /** The model with all defaults filled in. */
  TransformerConfig config() {
    return family == Family.LLAMA ? llama() : gpt2();
  }

  private TransformerConfig gpt2() {
    refuse("key-value-heads", keyValueHeads, "family \"llama\"");
    refuse("head-width", headWidth, "family \"llama\"");
    refuse("rotary-theta", rotaryTheta, "family \"llama\"");
    return config(
        TransformerConfig.Family.GPT2,
        mlpWidth == null ? 4 * required("width", width) : mlpWidth,
        new Positions.Learned(),
        Norm.LAYER,
        Activation.GELU_TANH,
        Biases.ALL,
        head(true));
  }

  private TransformerConfig llama() {
    return config(
        TransformerConfig.Family.LLAMA,
        required("mlp-width", mlpWidth),
        new Positions.Rotary(or(rotaryTheta, 10_000.0)),
        Norm.RMS,
        Activation.SWIGLU,
        Biases.NONE,
        head(false));
  }

  private TransformerConfig config(
      TransformerConfig.Family names,
      int mlp,
      Positions positions,
      Norm norm,
      Activation activation,
      Biases biases,
      HeadForm form) {
    int inHead =
        headWidth == null
            ? TransformerConfig.headWidth(required("width", width), required("heads", heads))
            : headWidth;
    return new TransformerConfig(
        names,
        required("vocabulary", vocabulary),
        required("width", width),
        required("layers", layers),
        required("heads", heads),
        or(keyValueHeads, heads),
        inHead,
        mlp,
        required("context-length", contextLength),
        positions,
        BlockForm.NORM_BEFORE,
        norm,
        or(normEpsilon, 1e-5),
        QueryKeyNorm.NONE,
        activation,
        biases,
        AttentionForm.usual(inHead),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        form);
  }

  private HeadForm head(boolean tiedByDefault) {
    String form = or(head, headRank == null ? "linear" : "factorised");
    refuseUnless(form, "factorised", "head-rank", headRank);
    refuseUnless(form, "mixture-of-softmaxes", "head-components", headComponents);
    refuseUnless(form, "multiple-hidden", "head-vectors", headVectors);
    refuseUnless(form, "class-factored", "head-classes", headClasses);
    refuseUnless(form, "linear", "output-bias", outputBias);
    if (or(tied, false) && !form.equals("linear") && !form.equals("sigsoftmax")) {
      throw new IllegalArgumentException("a head of form \"" + form + "\" cannot be tied");
    }
    boolean shared = or(tied, tiedByDefault);
    return switch (form) {
      case "linear" -> new HeadForm.Linear(shared, OutputBias.of(or(outputBias, "none")));
      case "factorised" -> new HeadForm.Factorised(required("head-rank", headRank));
      case "sigsoftmax" -> new HeadForm.Sigsoftmax(shared);
      case "mixture-of-softmaxes" ->
          new HeadForm.MixtureOfSoftmaxes(or(headComponents, USUAL_PARTS));
      case "multiple-hidden" -> new HeadForm.MultipleHidden(or(headVectors, USUAL_PARTS));
      case "class-factored" ->
          headClasses == null
              ? HeadForm.ClassFactored.nearSquareRoot(required("vocabulary", vocabulary))
              : new HeadForm.ClassFactored(headClasses);
      default ->
          throw new IllegalArgumentException(
              "unknown head %s; the nearest is %s"
                  .formatted(form, NearestName.of(form, HeadForm.LABELS)));
    };
  }

  /** A key that belongs to one form of head alone. */
  private static void refuseUnless(String form, String owner, String key, Object value) {
    if (!form.equals(owner)) {
      refuse(key, value, "head \"" + owner + "\"");
    }
  }
}
