package dev.gatun.experiment;

import dev.gatun.model.HeadForm;
import java.util.List;

/**
 * A form of head as claims compare it, for models of any size: with weights of its own, of full
 * rank, with four components or hidden vectors, or with classes near the square root of V.
 *
 * @param label one of {@link HeadForm#LABELS}
 */
public record HeadChoice(String label) {
  /** The head that the papers are about. */
  public static final HeadChoice LINEAR = new HeadChoice("linear");

  private static final int COMPONENTS = 4;

  /** Checks that there is such a form. */
  public HeadChoice {
    if (!HeadForm.LABELS.contains(label)) {
      throw new IllegalArgumentException(
          "there is no head '%s'; choose one of %s"
              .formatted(label, String.join(", ", HeadForm.LABELS)));
    }
  }

  /** All forms, the linear one first. */
  public static List<HeadChoice> all() {
    return HeadForm.LABELS.stream().map(HeadChoice::new).toList();
  }

  /** The head of a model of V tokens and width D. */
  public HeadForm of(int vocabulary, int width) {
    return switch (label) {
      case "linear" -> new HeadForm.Linear(false);
      case "factorised" -> new HeadForm.Factorised(width);
      case "sigsoftmax" -> new HeadForm.Sigsoftmax(false);
      case "mixture-of-softmaxes" -> new HeadForm.MixtureOfSoftmaxes(COMPONENTS);
      case "multiple-hidden" -> new HeadForm.MultipleHidden(COMPONENTS);
      case "class-factored" -> HeadForm.ClassFactored.nearSquareRoot(vocabulary);
      default -> throw new AssertionError("a head without a form: " + label);
    };
  }

  /** Whether it amounts to one matrix W [V, D]. */
  public boolean isMatrix() {
    return label.equals("linear") || label.equals("factorised");
  }

  /** Whether it is the head that the papers are about. */
  public boolean isLinear() {
    return equals(LINEAR);
  }
}
