package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.List;

/**
 * One execution of an operation under test on one backend.
 *
 * @param type element type of inputs and outputs
 * @param inputs values of the real inputs
 */
record ContractRun(Backend backend, TensorScope scope, ElementType type, List<double[]> inputs) {

  /** An operation under test: allocates, calls the backend, returns the outputs to compare. */
  @FunctionalInterface
  interface Operation {
    List<Tensor> run(ContractRun run);
  }

  /** Input i as a tensor of its own. */
  Tensor in(int i, long... extents) {
    Tensor tensor = scope.zeros(type, extents);
    backend.write(inputs.get(i), tensor);
    return tensor;
  }

  /** An output that is to be overwritten: NaN shows what was read or left out. */
  Tensor out(long... extents) {
    Tensor tensor = scope.zeros(type, extents);
    backend.fill(tensor, Double.NaN);
    return tensor;
  }

  /** The numbers of an optimiser's step. */
  Tensor step(long number, double learningRate, double gradientScale) {
    Tensor tensor = scope.zeros(ElementType.F64, StepNumbers.SIZE);
    backend.write(new StepNumbers(number, learningRate, gradientScale).values(), tensor);
    return tensor;
  }

  Tensor ids(int... values) {
    Tensor tensor = scope.zeros(ElementType.I32, values.length);
    backend.write(values, tensor);
    return tensor;
  }
}
