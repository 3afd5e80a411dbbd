package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.model.head.Head;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * All that is asked of a logit gradient G [N, V] with far more tokens than contexts, from one walk
 * over its columns: the Gram matrix of its rows K = GGᵀ [N, N], and G·W [N, D] for the head's
 * weights and for a random head's. Sums are f64; neither G nor anything V×V is held. Spectra of the
 * first n contexts are those of the leading n×n part of K.
 */
final class ContextGram implements AutoCloseable {
  private static final double UNIT_ROUNDOFF = 0x1p-53;

  private final Backend backend;
  private final TensorScope scope;
  private final long vocabulary;
  private final Tensor gram; // K, in its lower triangle
  private final Tensor throughHead; // G·W
  private final Tensor throughRandomHead; // G·R
  private final Tensor columnSums; // Σ_n g_nv [V, 1]
  private double sumAtTargets; // Σ_n g_ny
  private Optional<double[]> host = Optional.empty();

  /**
   * Walks the gradient.
   *
   * @param head with weights W [V, D]
   * @param at contexts, all with a target
   * @param targets of the contexts [N]
   * @param randomHead R [V, D]
   */
  ContextGram(Backend backend, Head head, HeadInputs at, int[] targets, Tensor randomHead) {
    this.backend = backend;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      this.vocabulary = head.vocabulary();
      long contexts = at.hidden().rows();
      long width = at.hidden().cols();
      try (TensorScope walk = backend.newScope()) {
        this.gram = scope.zeros(ElementType.F64, contexts, contexts);
        this.throughHead = scope.zeros(ElementType.F64, contexts, width);
        this.throughRandomHead = scope.zeros(ElementType.F64, contexts, width);
        this.columnSums = scope.zeros(ElementType.F64, vocabulary, 1);
        Tensor weights = head.weights(walk);
        var block = new ColumnBlock(walk, targets);
        head.streamGradientColumns(
            at.hidden(),
            at.targets(),
            at.meanScale(),
            (firstClass, columns) -> block.add(firstClass, columns, weights, randomHead));
      }
      opened.keep();
    }
  }

  /** Adds the columns of a block of tokens, widened. */
  private final class ColumnBlock {
    private final TensorScope walk;
    private final int[] targets;
    private final long contexts;
    private final Tensor ones; // [N, 1]
    private Optional<Tensor> columns = Optional.empty();
    private Optional<Tensor> rows = Optional.empty();

    ColumnBlock(TensorScope walk, int[] targets) {
      this.walk = walk;
      this.targets = targets;
      this.contexts = targets.length;
      this.ones = walk.zeros(ElementType.F64, contexts, 1);
      backend.fill(ones, 1);
    }

    void add(long firstClass, Tensor block, Tensor weights, Tensor randomHead) {
      long classes = block.cols();
      Tensor wide = flat(columns, contexts * classes).slice(0, contexts, classes);
      columns = columns.or(() -> Optional.of(wide.reshape(wide.size())));
      backend.copy(block, wide);
      backend.syrk(Transpose.NO, wide, 1, gram);
      long width = weights.cols();
      Tensor part = flat(rows, classes * width).slice(0, classes, width);
      rows = rows.or(() -> Optional.of(part.reshape(part.size())));
      backend.copy(weights.rows(firstClass, classes), part);
      backend.gemm(Transpose.NO, Transpose.NO, 1, wide, part, 1, throughHead);
      backend.copy(randomHead.rows(firstClass, classes), part);
      backend.gemm(Transpose.NO, Transpose.NO, 1, wide, part, 1, throughRandomHead);
      Tensor sums = columnSums.rows(firstClass, classes);
      backend.gemm(Transpose.YES, Transpose.NO, 1, wide, ones, 0, sums);
      addTargets(block, firstClass);
    }

    /** Adds what a block of tokens has at the targets, which is read in one operation. */
    private void addTargets(Tensor block, long firstClass) {
      long classes = block.cols();
      int[] places =
          IntStream.range(0, targets.length)
              .filter(n -> targets[n] >= firstClass && targets[n] < firstClass + classes)
              .map(n -> Math.toIntExact(n * classes + targets[n] - firstClass))
              .toArray();
      if (places.length == 0) {
        return;
      }
      try (TensorScope scratch = backend.newScope()) {
        Tensor ids = scratch.zeros(ElementType.I32, places.length);
        backend.write(places, ids);
        Tensor gradients = scratch.zeros(block.type(), places.length, 1);
        backend.embedding(block.reshape(block.size(), 1), ids, gradients);
        for (double gradient : backend.toDoubles(gradients)) {
          sumAtTargets += gradient;
        }
      }
    }

    /** The buffer, which the first and widest block makes. */
    private Tensor flat(Optional<Tensor> buffer, long size) {
      return buffer.orElseGet(() -> walk.zeros(ElementType.F64, size));
    }
  }

  /** N. */
  long contexts() {
    return gram.rows();
  }

  /** ‖G‖². */
  double energy() {
    double[] k = host();
    int n = (int) contexts();
    double energy = 0;
    for (int i = 0; i < n; i++) {
      energy += k[i * n + i];
    }
    return energy;
  }

  /** G·W [N, D] F64. */
  Tensor throughHead() {
    return throughHead;
  }

  /** G·R [N, D] F64. */
  Tensor throughRandomHead() {
    return throughRandomHead;
  }

  /** Σ_n g_nv of every token, [V]. */
  double[] columnSums() {
    return backend.toDoubles(columnSums);
  }

  /** Σ_n g_ny, what the gradient has at the targets. */
  double sumAtTargets() {
    return sumAtTargets;
  }

  /** K [N, N] with both triangles, F64. */
  Tensor symmetric(TensorScope result) {
    double[] k = host().clone();
    int n = (int) contexts();
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        k[i * n + j] = k[j * n + i];
      }
    }
    Tensor full = result.zeros(ElementType.F64, n, n);
    backend.write(k, full);
    return full;
  }

  /**
   * The singular values of the gradient of the mean loss over the first contexts, min(n, V) of
   * them: its rows are those of G times N/n.
   */
  Spectrum spectrum(int contexts) {
    try (TensorScope scratch = backend.newScope()) {
      Tensor part = leading(scratch, contexts);
      Tensor eigenvalues = scratch.zeros(ElementType.F64, contexts);
      backend.symmetricEigenvalues(part, eigenvalues);
      return spectrum(backend.toDoubles(eigenvalues), (double) contexts() / contexts);
    }
  }

  /** As {@link #spectrum}, of all contexts, from their {@link #components}. */
  private Spectrum spectrum(double[] ascending, double scale) {
    int contexts = ascending.length;
    double energy = Arrays.stream(ascending).filter(value -> value > 0).sum();
    double[] values = new double[(int) Math.min(contexts, vocabulary)];
    for (int i = 0; i < values.length; i++) {
      values[i] = scale * Math.sqrt(Math.max(0, ascending[contexts - 1 - i]));
    }
    double bound = scale * Math.sqrt((vocabulary + contexts) * UNIT_ROUNDOFF * energy);
    return new Spectrum(values, bound, contexts, vocabulary, Spectrum.Method.GRAM);
  }

  /** G's left singular vectors, beside its spectrum. */
  Components components(TensorScope result) {
    Tensor vectors = leading(result, (int) contexts());
    try (TensorScope scratch = backend.newScope()) {
      Tensor eigenvalues = scratch.zeros(ElementType.F64, contexts());
      backend.symmetricEigenvectors(vectors, eigenvalues);
      return new Components(vectors, spectrum(backend.toDoubles(eigenvalues), 1));
    }
  }

  /**
   * Left singular vectors as rows, those of the smallest singular values first [N, N] F64, and the
   * singular values, the largest first.
   */
  record Components(Tensor vectors, Spectrum spectrum) {}

  private Tensor leading(TensorScope result, int n) {
    double[] k = host();
    int all = (int) contexts();
    double[] part = new double[n * n];
    for (int row = 0; row < n; row++) {
      System.arraycopy(k, row * all, part, row * n, n);
    }
    Tensor tensor = result.zeros(ElementType.F64, n, n);
    backend.write(part, tensor);
    return tensor;
  }

  private double[] host() {
    if (host.isEmpty()) {
      host = Optional.of(backend.toDoubles(gram));
    }
    return host.get();
  }

  @Override
  public void close() {
    host = Optional.empty();
    scope.close();
  }
}
