package dev.gatun.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;

/** The output layer. */
public sealed interface HeadForm {
  /** The {@link #label labels} of all forms. */
  List<String> LABELS =
      List.of(
          "linear",
          "factorised",
          "sigsoftmax",
          "mixture-of-softmaxes",
          "multiple-hidden",
          "class-factored");

  /** As configurations name it. */
  @JsonProperty(value = "form", index = 0)
  default String label() {
    return switch (this) {
      case Linear _ -> "linear";
      case Factorised _ -> "factorised";
      case Sigsoftmax _ -> "sigsoftmax";
      case MixtureOfSoftmaxes _ -> "mixture-of-softmaxes";
      case MultipleHidden _ -> "multiple-hidden";
      case ClassFactored _ -> "class-factored";
    };
  }

  /** Logits that it holds for a token of a context while it works. */
  default int logitsPerToken() {
    return switch (this) {
      case Linear _, Factorised _, ClassFactored _ -> 1;
      case Sigsoftmax _ -> 2;
      case MixtureOfSoftmaxes(int components) -> components;
      case MultipleHidden(int vectors) -> vectors;
    };
  }

  /**
   * Checks that it fits a model.
   *
   * @param vocabulary V
   * @param width of the head's inputs
   * @throws IllegalArgumentException if it does not
   */
  default void requireFits(int vocabulary, int width) {
    switch (this) {
      case Linear _, Sigsoftmax _ -> {}
      case Factorised(int rank) -> {
        if (rank < 1 || rank > width) {
          throw new IllegalArgumentException(
              "head rank %s is not between 1 and the width, %s".formatted(rank, width));
        }
      }
      case MixtureOfSoftmaxes(int components) ->
          TransformerConfig.requirePositive("head components", components);
      case MultipleHidden(int vectors) ->
          TransformerConfig.requirePositive("head vectors", vectors);
      case ClassFactored(int classes) -> {
        if (classes < 1 || vocabulary % classes != 0) {
          throw new IllegalArgumentException(
              "%s head classes do not divide the vocabulary of %s evenly; %s would"
                  .formatted(
                      classes, vocabulary, ClassFactored.nearSquareRoot(vocabulary).classes()));
        }
      }
    }
  }

  /** W [V, D], its own or the token embedding's, and a bias if it has one. */
  record Linear(boolean tied, OutputBias bias) implements HeadForm {
    /** Without a bias. */
    public Linear(boolean tied) {
      this(tied, OutputBias.NONE);
    }

    /** Whether the logits have a bias. */
    public boolean isBiased() {
      return bias != OutputBias.NONE;
    }
  }

  /** W = A·B with A [V, rank], B [rank, D]. */
  record Factorised(int rank) implements HeadForm {}

  /** {@link dev.gatun.model.head.SigsoftmaxHead}, its weights its own or the token embedding's. */
  record Sigsoftmax(boolean tied) implements HeadForm {}

  /** {@link dev.gatun.model.head.MixtureOfSoftmaxesHead} of K components. */
  record MixtureOfSoftmaxes(int components) implements HeadForm {}

  /** {@link dev.gatun.model.head.MultipleHiddenHead} of K hidden vectors per position. */
  record MultipleHidden(int vectors) implements HeadForm {}

  /**
   * {@link dev.gatun.model.head.ClassFactoredHead}; the number of classes divides the vocabulary.
   */
  record ClassFactored(int classes) implements HeadForm {
    /** As many classes as the largest divisor of the vocabulary up to its square root. */
    public static ClassFactored nearSquareRoot(int vocabulary) {
      int best = 1;
      for (int classes = 2; classes <= vocabulary / classes; classes++) {
        best = vocabulary % classes == 0 ? classes : best;
      }
      return new ClassFactored(best);
    }
  }

  /** The bias b [V] of the logits H·Wᵀ + 1·bᵀ; weight decay never applies to it. */
  enum OutputBias {
    /** None: frequent and rare tokens have to be told apart by W. */
    NONE("none"),
    /** A parameter, 0 before training. */
    LEARNED("learned"),
    /** The logarithm of how often each token occurs in the text that is trained on; not trained. */
    LOG_UNIGRAM("log-unigram");

    private final String label;

    OutputBias(String label) {
      this.label = label;
    }

    public String label() {
      return label;
    }

    /**
     * The bias of a label.
     *
     * @throws IllegalArgumentException if there is none of that label
     */
    public static OutputBias of(String label) {
      return Arrays.stream(values())
          .filter(bias -> bias.label.equals(label))
          .findFirst()
          .orElseThrow(() ->
              new IllegalArgumentException(
                  "'%s' is no output bias; there are %s".formatted(label, labels())));
    }

    public static List<String> labels() {
      return Arrays.stream(values()).map(OutputBias::label).toList();
    }
  }
}
