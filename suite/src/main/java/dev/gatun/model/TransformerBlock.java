package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.Residual;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.Normalisation.RowStatistics;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/** One block of the residual stream, forward and backward, in each {@link BlockForm}. */
final class TransformerBlock {
  private final Backend backend;
  private final BlockForm form;
  private final Optional<InputNorms> inputNorms;
  private final Normalisation attentionNorm;
  private final SelfAttention attention;
  private final Normalisation mlpNorm;
  private final Mlp mlp;

  /** The norms before attention and MLP of a block that also has norms after them. */
  private record InputNorms(Normalisation attention, Normalisation mlp) {}

  TransformerBlock(
      Backend backend,
      TensorScope scope,
      TransformerConfig config,
      Parameters parameters,
      int layer) {
    this.backend = backend;
    this.form = config.blockForm();
    ParameterNames names = parameters.layout().names();
    inputNorms =
        form == BlockForm.NORM_AROUND
            ? Optional.of(
                new InputNorms(
                    Normalisation.of(
                        backend, scope, config, parameters, names.attentionInputNorm(layer)),
                    Normalisation.of(
                        backend, scope, config, parameters, names.mlpInputNorm(layer))))
            : Optional.empty();
    attentionNorm =
        Normalisation.of(backend, scope, config, parameters, names.attentionNorm(layer));
    attention = new SelfAttention(backend, scope, config, parameters, layer);
    mlpNorm = Normalisation.of(backend, scope, config, parameters, names.mlpNorm(layer));
    mlp = new Mlp(backend, config, parameters, layer);
  }

  /** A norm of the residual stream, and where its output [N, D] and its statistics go. */
  record NormOfStream(Normalisation norm, Tensor normalised, RowStatistics statistics) {
    void of(Tensor x) {
      norm.forward(x, normalised, statistics);
    }
  }

  /**
   * The norm that a block begins with, which whoever makes its input takes of it, if it has one.
   */
  Optional<NormOfStream> first(Activations.Block kept) {
    return switch (form) {
      case NORM_BEFORE, PARALLEL ->
          Optional.of(
              new NormOfStream(attentionNorm, kept.attentionBranch, kept.attentionStatistics));
      case NORM_AFTER, NORM_AROUND, NORM_OF_SUM -> Optional.empty();
    };
  }

  /**
   * From x [N, D], of which {@link #first} was taken, to the block's output [N, D], which may be x
   * (evaluation).
   *
   * @param next the norm to take of the output
   */
  void forward(
      Tensor x,
      Tensor output,
      Activations pass,
      Activations.Block kept,
      Optional<NormOfStream> next) {
    switch (form) {
      case NORM_BEFORE -> normBefore(x, output, pass, kept, next);
      case PARALLEL -> parallel(x, output, pass, kept, next);
      case NORM_AFTER, NORM_AROUND -> {
        normAfter(x, output, pass, kept);
        next.ifPresent(norm -> norm.of(output));
      }
      case NORM_OF_SUM -> {
        normOfSum(x, output, pass, kept);
        next.ifPresent(norm -> norm.of(output));
      }
    }
  }

  /**
   * On entry {@code gradients.residual} is the gradient of the block's output, on return that of
   * its input x.
   */
  void backward(Tensor x, Activations pass, Activations.Block kept, ActivationGradients gradients) {
    switch (form) {
      case NORM_BEFORE -> normBeforeBackward(x, pass, kept, gradients);
      case PARALLEL -> parallelBackward(x, pass, kept, gradients);
      case NORM_AFTER, NORM_AROUND -> normAfterBackward(x, pass, kept, gradients);
      case NORM_OF_SUM -> normOfSumBackward(x, pass, kept, gradients);
    }
  }

  private void normBefore(
      Tensor x,
      Tensor output,
      Activations pass,
      Activations.Block kept,
      Optional<NormOfStream> next) {
    attention.forward(kept.attentionBranch, pass, kept);
    join(
        attention.output().joining(kept.attended, x, kept.middle),
        new NormOfStream(mlpNorm, kept.mlpBranch, kept.mlpStatistics));

    mlp.forward(kept.mlpBranch, kept);
    join(mlp.output().joining(kept.activated, kept.middle, output), next);
  }

  private void join(Residual residual, Optional<NormOfStream> norm) {
    norm.ifPresentOrElse(it -> join(residual, it), () -> backend.residualSum(residual));
  }

  private void join(Residual residual, NormOfStream norm) {
    backend.residualNorm(residual, norm.norm.rowNorm(norm.statistics), norm.normalised);
  }

  private void normBeforeBackward(
      Tensor x, Activations pass, Activations.Block kept, ActivationGradients gradients) {
    Tensor residual = gradients.residual;
    mlp.output().backward(residual, kept.activated, gradients.activated);
    mlp.backward(kept.mlpBranch, kept, gradients, gradients.branch);
    mlpNorm.backward(gradients.branch, kept.middle, kept.mlpStatistics, residual);

    attention.output().backward(residual, kept.attended, gradients.attended);
    attention.backward(kept.attentionBranch, pass, kept, gradients, gradients.branch);
    attentionNorm.backward(gradients.branch, x, kept.attentionStatistics, residual);
  }

  private void parallel(
      Tensor x,
      Tensor output,
      Activations pass,
      Activations.Block kept,
      Optional<NormOfStream> next) {
    attention.forward(kept.attentionBranch, pass, kept);
    mlpNorm.forward(x, kept.mlpBranch, kept.mlpStatistics);
    mlp.forward(kept.mlpBranch, kept);

    backend.residualSum(attention.output().joining(kept.attended, x, kept.middle));
    join(mlp.output().joining(kept.activated, kept.middle, output), next);
  }

  private void parallelBackward(
      Tensor x, Activations pass, Activations.Block kept, ActivationGradients gradients) {
    Tensor residual = gradients.residual;
    attention.output().backward(residual, kept.attended, gradients.attended);
    mlp.output().backward(residual, kept.activated, gradients.activated);

    mlp.backward(kept.mlpBranch, kept, gradients, gradients.branch);
    mlpNorm.backward(gradients.branch, x, kept.mlpStatistics, residual);
    attention.backward(kept.attentionBranch, pass, kept, gradients, gradients.branch);
    attentionNorm.backward(gradients.branch, x, kept.attentionStatistics, residual);
  }

  private void normAfter(Tensor x, Tensor output, Activations pass, Activations.Block kept) {
    inputNorms.ifPresent(norms -> {
      Activations.InputNorms own = kept.inputNorms.orElseThrow();
      norms.attention.forward(x, own.attention(), own.attentionStatistics());
    });
    attention.forward(attentionInput(x, kept), pass, kept);
    attention.output().forward(kept.attended, kept.attentionBranch);
    attentionNorm.forward(kept.attentionBranch, kept.middle, kept.attentionStatistics);
    backend.axpy(1, x, kept.middle);

    inputNorms.ifPresent(norms -> {
      Activations.InputNorms own = kept.inputNorms.orElseThrow();
      norms.mlp.forward(kept.middle, own.mlp(), own.mlpStatistics());
    });
    mlp.forward(mlpInput(kept), kept);
    mlp.output().forward(kept.activated, kept.mlpBranch);
    mlpNorm.forward(kept.mlpBranch, output, kept.mlpStatistics);
    backend.axpy(1, kept.middle, output);
  }

  private static Tensor attentionInput(Tensor x, Activations.Block kept) {
    return kept.inputNorms.map(Activations.InputNorms::attention).orElse(x);
  }

  private static Tensor mlpInput(Activations.Block kept) {
    return kept.inputNorms.map(Activations.InputNorms::mlp).orElse(kept.middle);
  }

  private void normAfterBackward(
      Tensor x, Activations pass, Activations.Block kept, ActivationGradients gradients) {
    Tensor residual = gradients.residual;
    Tensor branch = gradients.branch;
    backend.fill(branch, 0);
    mlpNorm.backward(residual, kept.mlpBranch, kept.mlpStatistics, branch);
    mlp.output().backward(branch, kept.activated, gradients.activated);
    mlp.backward(mlpInput(kept), kept, gradients, branch);
    inputNorms.ifPresentOrElse(
        norms ->
            norms.mlp.backward(
                branch, kept.middle, kept.inputNorms.orElseThrow().mlpStatistics(), residual),
        () -> backend.axpy(1, branch, residual));

    backend.fill(branch, 0);
    attentionNorm.backward(residual, kept.attentionBranch, kept.attentionStatistics, branch);
    attention.output().backward(branch, kept.attended, gradients.attended);
    attention.backward(attentionInput(x, kept), pass, kept, gradients, branch);
    inputNorms.ifPresentOrElse(
        norms ->
            norms.attention.backward(
                branch, x, kept.inputNorms.orElseThrow().attentionStatistics(), residual),
        () -> backend.axpy(1, branch, residual));
  }

  private void normOfSum(Tensor x, Tensor output, Activations pass, Activations.Block kept) {
    attention.forward(x, pass, kept);
    join(
        attention.output().joining(kept.attended, x, kept.attentionBranch),
        new NormOfStream(attentionNorm, kept.middle, kept.attentionStatistics));

    mlp.forward(kept.middle, kept);
    join(
        mlp.output().joining(kept.activated, kept.middle, kept.mlpBranch),
        new NormOfStream(mlpNorm, output, kept.mlpStatistics));
  }

  private void normOfSumBackward(
      Tensor x, Activations pass, Activations.Block kept, ActivationGradients gradients) {
    Tensor residual = gradients.residual;
    Tensor branch = gradients.branch;
    backend.fill(branch, 0);
    mlpNorm.backward(residual, kept.mlpBranch, kept.mlpStatistics, branch);
    mlp.output().backward(branch, kept.activated, gradients.activated);
    mlp.backward(kept.middle, kept, gradients, residual);
    backend.axpy(1, branch, residual);

    backend.fill(branch, 0);
    attentionNorm.backward(residual, kept.attentionBranch, kept.attentionStatistics, branch);
    attention.output().backward(branch, kept.attended, gradients.attended);
    attention.backward(x, pass, kept, gradients, residual);
    backend.axpy(1, branch, residual);
  }
}
