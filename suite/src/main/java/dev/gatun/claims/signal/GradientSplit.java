package dev.gatun.claims.signal;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Takes the logit gradient of contexts of a known source apart, some rows at a time. With P* the
 * probabilities of the source,
 *
 * <pre>
 * G = (P − Y)/N = (P − P*)/N + (P* − Y)/N.
 * </pre>
 *
 * The first part is the signal, which is 0 for a model that has learned the source. The second is
 * the noise of the labels, whose mean over labels is 0 whatever the model does.
 */
final class GradientSplit implements AutoCloseable {
  private final Backend backend;
  private final KnownSource source;
  private final Batch contexts;
  private Optional<Buffers> buffers = Optional.empty();
  private double surprise;

  /**
   * For the given contexts.
   *
   * @param contexts sequences that begin where the source's do
   */
  GradientSplit(Backend backend, KnownSource source, Batch contexts) {
    this.backend = backend;
    this.source = source;
    this.contexts = contexts;
  }

  /**
   * Some rows, [R, V] F64 each, which are overwritten afterwards.
   *
   * @param gradient of G
   * @param signal of (P − P*)/N
   * @param noise of (P* − Y)/N
   * @param probabilities of P*
   */
  record Rows(Tensor gradient, Tensor signal, Tensor noise, Tensor probabilities) {}

  private record Buffers(TensorScope scope, Rows rows) {}

  /** Shows all rows in order. */
  void forEach(Head head, HeadInputs at, Consumer<Rows> visitor) {
    surprise = 0;
    head.streamGradient(
        at.hidden(),
        at.targets(),
        at.meanScale(),
        (first, chunk) -> visitor.accept(split(Math.toIntExact(first), chunk, at.meanScale())));
  }

  /**
   * Mean −ln P* of the targets of the last pass: the loss of a model that has learned the source.
   */
  double lossOfSource() {
    return surprise / contexts.targets().length;
  }

  private Rows split(int first, Tensor gradient, double scale) {
    Rows rows = buffer(gradient);
    int vocabulary = source.vocabulary();
    double[] values = new double[Math.toIntExact(gradient.size())];
    for (int i = 0; i < gradient.rows(); i++) {
      int context = first + i;
      int start = context / contexts.length() * contexts.length();
      source.probabilities(contexts.inputs(), start, context + 1, values, i * vocabulary);
    }
    backend.write(values, rows.probabilities);
    for (int i = 0; i < gradient.rows(); i++) {
      int target = i * vocabulary + contexts.targets()[first + i];
      surprise -= StrictMath.log(values[target]);
      values[target] -= 1;
    }
    backend.write(values, rows.noise);
    backend.scale(scale, rows.noise);
    backend.copy(gradient, rows.gradient);
    backend.copy(rows.gradient, rows.signal);
    backend.axpy(-1, rows.noise, rows.signal);
    return rows;
  }

  private Rows buffer(Tensor like) {
    if (buffers.filter(b -> b.rows.gradient.rows() >= like.rows()).isEmpty()) {
      close();
      try (var opened = new CloseStack()) {
        TensorScope scope = opened.own(backend.newScope());
        Rows rows =
            new Rows(wide(scope, like), wide(scope, like), wide(scope, like), wide(scope, like));
        buffers = Optional.of(new Buffers(scope, rows));
        opened.keep();
      }
    }
    Rows rows = buffers.orElseThrow().rows;
    return new Rows(
        rows.gradient.rows(0, like.rows()),
        rows.signal.rows(0, like.rows()),
        rows.noise.rows(0, like.rows()),
        rows.probabilities.rows(0, like.rows()));
  }

  private static Tensor wide(TensorScope scope, Tensor like) {
    return scope.zeros(ElementType.F64, like.rows(), like.cols());
  }

  @Override
  public void close() {
    buffers.ifPresent(b -> b.scope.close());
    buffers = Optional.empty();
  }
}
