package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * All parameters of a model in one flat buffer, their gradients in another of the same layout, with
 * named views. Between parameters lies padding that is always zero in both.
 */
public final class Parameters {
  private final Backend backend;
  private final ParameterLayout layout;
  private final Tensor values;
  private final Optional<Tensor> gradients;

  /** All zero, with gradients; they live in the scope. */
  public Parameters(Backend backend, TensorScope scope, ParameterLayout layout) {
    this(
        backend,
        layout,
        scope.weights(backend.real(), layout.size()),
        Optional.of(scope.zeros(backend.real(), layout.size())));
  }

  private Parameters(
      Backend backend, ParameterLayout layout, Tensor values, Optional<Tensor> gradients) {
    this.backend = backend;
    this.layout = layout;
    this.values = values;
    this.gradients = gradients;
  }

  /**
   * Parameters without gradients, for forward passes.
   *
   * @param values a flat buffer of the layout's size
   */
  public static Parameters frozen(Backend backend, ParameterLayout layout, Tensor values) {
    return new Parameters(backend, layout, values, Optional.empty());
  }

  public ParameterLayout layout() {
    return layout;
  }

  /** Names, in the order of the flat buffer. */
  public List<String> names() {
    return layout.specs().stream().map(ParameterSpec::name).toList();
  }

  /** Number of parameters, without padding. */
  public long count() {
    return layout.specs().stream().mapToLong(spec -> spec.shape().size()).sum();
  }

  public Tensor values() {
    return values;
  }

  /**
   * The flat buffer of gradients, which backward passes accumulate into.
   *
   * @throws IllegalStateException if these parameters are frozen
   */
  public Tensor gradients() {
    return gradients.orElseThrow(
        () -> new IllegalStateException("these parameters are frozen and have no gradients"));
  }

  /** Elements in the leading range of the flat buffer that holds the matrices. */
  public long matricesSize() {
    return layout.matricesSize();
  }

  /** Elements in the leading range of the flat buffer to which weight decay may apply. */
  public long decayableSize() {
    return layout.decayableSize();
  }

  /**
   * The value of a parameter, weights as [out, in].
   *
   * @throws IllegalArgumentException if there is no such parameter
   */
  public Tensor value(String name) {
    return view(values, layout.spec(name));
  }

  /** The gradient of a parameter, shaped as its value. */
  public Tensor gradient(String name) {
    return view(gradients(), layout.spec(name));
  }

  /** The part of any tensor of this layout (optimiser moments) that belongs to a parameter. */
  public Tensor view(Tensor flat, String name) {
    return view(flat, layout.spec(name));
  }

  /** Sets all gradients to zero. */
  public void clearGradients() {
    backend.fill(gradients(), 0);
  }

  /** Overwrites every value, each parameter from the stream of its own name. */
  void initialise(NormalSource source) {
    for (ParameterSpec spec : layout.specs()) {
      Tensor value = view(values, spec);
      switch (spec.initialisation()) {
        case Initialisation.Constant(double constant) -> backend.fill(value, constant);
        case Initialisation.Normal(double deviation) -> {
          float[] drawn = new float[Math.toIntExact(value.size())];
          source.fill(spec.name(), drawn, deviation);
          backend.write(drawn, value);
        }
      }
    }
  }

  private static Tensor view(Tensor flat, ParameterSpec spec) {
    return flat.slice(spec.offset(), spec.shape().extents());
  }
}
