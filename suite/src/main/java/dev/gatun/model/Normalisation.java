package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.RowNorm;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;

/** LayerNorm or RMSNorm over rows of width D, with the gradients of its weights. */
sealed interface Normalisation {
  /**
   * This norm as the backend takes it, which keeps what the backward pass needs in the statistics:
   * for one forward pass, because its parameters are those of now.
   */
  RowNorm rowNorm(RowStatistics statistics);

  /** y [N, D] = norm(x [N, D]). */
  default void forward(Tensor x, Tensor y, RowStatistics statistics) {
    backend().norm(x, rowNorm(statistics), y);
  }

  Backend backend();

  /** Accumulates into dX [N, D] and into the weights' gradients. */
  void backward(Tensor dY, Tensor x, RowStatistics statistics, Tensor dX);

  /** Mean [N] (LayerNorm only) and reciprocal standard deviation [N] of the rows. */
  record RowStatistics(Tensor mean, Tensor rstd) {}

  /**
   * The norm with that prefix.
   *
   * @param scope for what it makes of its parameters
   */
  static Normalisation of(
      Backend backend,
      TensorScope scope,
      TransformerConfig config,
      Parameters parameters,
      String prefix) {
    String weight = prefix + ".weight";
    return switch (config.norm()) {
      case LAYER ->
          new Layer(
              backend,
              config.normEpsilon(),
              parameters.value(weight),
              parameters.value(prefix + ".bias"),
              () -> parameters.gradient(weight),
              () -> parameters.gradient(prefix + ".bias"));
      case PLAIN_LAYER -> {
        Tensor one = scope.zeros(backend.real(), config.width());
        backend.fill(one, 1);
        Tensor zero = scope.zeros(backend.real(), config.width());
        Tensor dOne = scope.zeros(backend.real(), config.width());
        Tensor dZero = scope.zeros(backend.real(), config.width());
        yield new Layer(backend, config.normEpsilon(), one, zero, () -> dOne, () -> dZero);
      }
      case RMS ->
          new RootMeanSquare(
              backend,
              config.normEpsilon(),
              parameters.value(weight),
              Optional.empty(),
              () -> parameters.gradient(weight));
      case RMS_PLUS_ONE -> {
        Tensor value = parameters.value(weight);
        yield new RootMeanSquare(
            backend,
            config.normEpsilon(),
            value,
            Optional.of(scope.zeros(backend.real(), value.size())),
            () -> parameters.gradient(weight));
      }
    };
  }

  /** LayerNorm; all tensors [D]. */
  record Layer(
      Backend backend,
      double epsilon,
      Tensor weight,
      Tensor bias,
      Supplier<Tensor> dWeight,
      Supplier<Tensor> dBias)
      implements Normalisation {
    @Override
    public RowNorm rowNorm(RowStatistics statistics) {
      return new RowNorm.Layer(weight, bias, epsilon, statistics.mean(), statistics.rstd());
    }

    @Override
    public void backward(Tensor dY, Tensor x, RowStatistics statistics, Tensor dX) {
      backend.layerNormBackward(
          dY, x, weight, statistics.mean(), statistics.rstd(), dX, dWeight.get(), dBias.get());
    }
  }

  /**
   * RMSNorm; all tensors [D].
   *
   * @param onePlusWeight takes the place of the weight; each forward pass makes it anew
   */
  record RootMeanSquare(
      Backend backend,
      double epsilon,
      Tensor weight,
      Optional<Tensor> onePlusWeight,
      Supplier<Tensor> dWeight)
      implements Normalisation {
    @Override
    public RowNorm rowNorm(RowStatistics statistics) {
      onePlusWeight.ifPresent(sum -> {
        backend.fill(sum, 1);
        backend.axpy(1, weight, sum);
      });
      return new RowNorm.RootMeanSquare(factor(), epsilon, statistics.rstd());
    }

    private Tensor factor() {
      return onePlusWeight.orElse(weight);
    }

    @Override
    public void backward(Tensor dY, Tensor x, RowStatistics statistics, Tensor dX) {
      backend.rmsNormBackward(dY, x, factor(), statistics.rstd(), dX, dWeight.get());
    }
  }
}
