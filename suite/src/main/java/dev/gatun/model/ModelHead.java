package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.head.ClassFactoredHead;
import dev.gatun.model.head.FactorisedHead;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadBackward;
import dev.gatun.model.head.LinearHead;
import dev.gatun.model.head.MixtureOfSoftmaxesHead;
import dev.gatun.model.head.MultipleHiddenHead;
import dev.gatun.model.head.SigsoftmaxHead;
import dev.gatun.model.head.Trainable;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/** Makes the head that a configuration names, over the parameters that belong to it. */
public final class ModelHead {
  private ModelHead() {}

  /**
   * The head of a model.
   *
   * @throws IllegalArgumentException if its form has no such backward pass
   */
  public static Head of(
      Backend backend, TransformerConfig config, Parameters parameters, HeadBackward backward) {
    if (!(backward instanceof HeadBackward.Exact || config.head() instanceof HeadForm.Linear)) {
      throw new IllegalArgumentException(
          "%s is a backward pass of linear heads, not of %s".formatted(backward, config.head()));
    }
    return switch (config.head()) {
      case HeadForm.Linear(boolean tied, OutputBias bias) -> {
        Trainable weights = weights(parameters, tied);
        yield new LinearHead(
            backend,
            weights.value(),
            weights.gradient(),
            bias(parameters, bias),
            config.logitCap(),
            backward);
      }
      case HeadForm.Factorised _ -> {
        Trainable a = trainable(parameters, ParameterNames.HEAD_A);
        Trainable b = trainable(parameters, ParameterNames.HEAD_B);
        yield new FactorisedHead(
            backend, a.value(), a.gradient(), b.value(), b.gradient(), Optional.empty());
      }
      case HeadForm.Sigsoftmax(boolean tied) ->
          new SigsoftmaxHead(backend, weights(parameters, tied));
      case HeadForm.MixtureOfSoftmaxes _ ->
          new MixtureOfSoftmaxesHead(
              backend,
              weights(parameters, false),
              trainable(parameters, ParameterNames.HEAD_PROJECTIONS),
              trainable(parameters, ParameterNames.HEAD_PRIOR));
      case HeadForm.MultipleHidden _ ->
          new MultipleHiddenHead(
              backend,
              weights(parameters, false),
              trainable(parameters, ParameterNames.HEAD_PROJECTIONS));
      case HeadForm.ClassFactored _ ->
          new ClassFactoredHead(
              backend,
              weights(parameters, false),
              trainable(parameters, ParameterNames.HEAD_CLASSES));
    };
  }

  /** The linear head of a configuration, without gradients. */
  public static LinearHead frozen(
      Backend backend, TransformerConfig config, Parameters parameters) {
    ParameterNames names = parameters.layout().names();
    Tensor weights = parameters.value(config.isTied() ? names.tokenEmbedding() : names.head());
    LinearHead.Bias bias =
        config.outputBias() == OutputBias.NONE
            ? LinearHead.Bias.NONE
            : LinearHead.Bias.fixed(parameters.value(names.headBias()));
    return LinearHead.frozen(backend, weights, bias, config.logitCap());
  }

  private static LinearHead.Bias bias(Parameters parameters, OutputBias bias) {
    return switch (bias) {
      case NONE -> LinearHead.Bias.NONE;
      case LEARNED -> {
        Trainable learned = trainable(parameters, parameters.layout().names().headBias());
        yield LinearHead.Bias.learned(learned.value(), learned.gradient());
      }
      case LOG_UNIGRAM ->
          LinearHead.Bias.fixed(parameters.value(parameters.layout().names().headBias()));
    };
  }

  private static Trainable weights(Parameters parameters, boolean tied) {
    ParameterNames names = parameters.layout().names();
    return trainable(parameters, tied ? names.tokenEmbedding() : names.head());
  }

  private static Trainable trainable(Parameters parameters, String name) {
    return new Trainable(parameters.value(name), parameters.gradient(name));
  }
}
