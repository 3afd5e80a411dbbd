package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.Residual;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.Tensor;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A linear layer y = x·Wᵀ + b, W [out, in], with its gradients. Parts that touch in the flat buffer
 * (queries, keys and values; gate and value) act as one layer.
 */
final class Linear {
  private final Backend backend;
  private final Tensor weight; // [out, in]
  private final Supplier<Tensor> weightGradient; // [out, in]
  private final Optional<Tensor> bias; // [out]
  private final Optional<Supplier<Tensor>> biasGradient; // [out]

  /**
   * The layer whose first part has the given prefix.
   *
   * @param outputs rows of all parts together
   */
  Linear(Backend backend, Parameters parameters, String prefix, int outputs, boolean biased) {
    this.backend = backend;
    ParameterSpec weightSpec = parameters.layout().spec(prefix + ".weight");
    long inputs = weightSpec.shape().cols();
    weight = parameters.values().slice(weightSpec.offset(), outputs, inputs);
    weightGradient = () -> parameters.gradients().slice(weightSpec.offset(), outputs, inputs);
    if (biased) {
      ParameterSpec biasSpec = parameters.layout().spec(prefix + ".bias");
      bias = Optional.of(parameters.values().slice(biasSpec.offset(), outputs));
      biasGradient = Optional.of(() -> parameters.gradients().slice(biasSpec.offset(), outputs));
    } else {
      bias = Optional.empty();
      biasGradient = Optional.empty();
    }
  }

  /** y [N, out] = x [N, in]·Wᵀ + b. */
  void forward(Tensor x, Tensor y) {
    backend.gemm(Transpose.NO, Transpose.YES, 1, x, weight, 0, y);
    bias.ifPresent(b -> backend.addBias(b, y));
  }

  /** Its output for x [N, in] as a branch that joins the residual stream [N, out]. */
  Residual joining(Tensor x, Tensor residual, Tensor sum) {
    return new Residual(x, weight, bias, residual, sum);
  }

  /** dX [N, in] = dY·W, overwritten; accumulates dW += dYᵀ·x and db += Σ dY. */
  void backward(Tensor dY, Tensor x, Tensor dX) {
    // One product after the other: a backend may keep what it has made of dY for the second.
    backend.gemm(Transpose.YES, Transpose.NO, 1, dY, x, 1, weightGradient.get());
    backend.gemm(Transpose.NO, Transpose.NO, 1, dY, weight, 0, dX);
    biasGradient.ifPresent(db -> backend.addBiasBackward(dY, db.get()));
  }
}
