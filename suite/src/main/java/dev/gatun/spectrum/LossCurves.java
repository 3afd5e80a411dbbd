package dev.gatun.spectrum;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogitCap;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes the exact loss of logits L = H·Wᵀ, with a bias and a cap if there are, moved along
 * directions by steps of equal norm before the cap. Logits, gradient, direction and moved logits
 * are held for a chunk of rows at a time; the rows are walked twice, for the norms of the
 * directions and for the losses.
 *
 * <p>Logits and losses are of the backend's real type, sums of losses F64. In F32 a loss of some
 * nats is known to about 1e-7, independently in each context, so that a decrease averaged over N
 * contexts is known to about 1e-7/√N.
 */
public final class LossCurves implements AutoCloseable {
  private static final long LEAST_CHUNK_ROWS = 64;

  private final Backend backend;
  private final TensorScope scope;
  private final Tensor hiddenStates;
  private final Tensor headWeights;
  private final Optional<Tensor> bias;
  private final Optional<LogitCap> cap;
  private final Tensor targets;
  private final Tensor logits;
  private final Tensor gradient;
  private final Tensor direction;
  private final Tensor moved;
  private final Tensor toCap; // L/c; empty where nothing is capped
  private final Tensor losses;
  private final Tensor ones;

  /**
   * For contexts and a head, none of them changed or kept beyond {@link #close}.
   *
   * @param hiddenStates H [N, D]
   * @param headWeights W [V, D]
   * @param bias [V] of the logits
   * @param cap of the logits, after the bias
   * @param targets [N] I32, none of them −1
   */
  public LossCurves(
      Backend backend,
      Tensor hiddenStates,
      Tensor headWeights,
      Optional<Tensor> bias,
      Optional<LogitCap> cap,
      Tensor targets) {
    this.backend = backend;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      this.hiddenStates = hiddenStates;
      this.headWeights = headWeights;
      this.bias = bias;
      this.cap = cap;
      this.targets = targets;
      ElementType real = backend.real();
      long vocabulary = headWeights.rows();
      long chunk = backend.workingSetBytes() / (4 * vocabulary * real.byteSize());
      long rows = Math.clamp(chunk, Math.min(LEAST_CHUNK_ROWS, targets.size()), targets.size());
      this.logits = scope.zeros(real, rows, vocabulary);
      this.gradient = scope.zeros(real, rows, vocabulary);
      this.direction = scope.zeros(real, rows, vocabulary);
      this.moved = scope.zeros(real, rows, vocabulary);
      this.toCap = scope.zeros(real, cap.isPresent() ? rows : 0, vocabulary);
      this.losses = scope.zeros(real, rows);
      this.ones = scope.zeros(real, rows);
      backend.fill(ones, 1);
      opened.keep();
    }
  }

  /** Sees the logits and the gradient G = (P − Y)/N of some rows. */
  private interface Visitor {
    void accept(long firstRow, Tensor logits, Tensor gradient);
  }

  /** A direction's inner product with −G, and its squared norm. */
  private static final class Extent {
    private double descent;
    private double energy;
  }

  /** GᵀH [V, D], the gradient of the head weights, in the given scope. */
  public Tensor headGradient(TensorScope result) {
    Tensor sum = result.zeros(backend.real(), headWeights.rows(), headWeights.cols());
    forEachChunk((firstRow, _, rows) ->
        backend.gemm(
            Transpose.YES,
            Transpose.NO,
            1,
            rows,
            hiddenStates.rows(firstRow, rows.rows()),
            1,
            sum));
    return sum;
  }

  /**
   * The loss along each direction. A direction that is zero leads nowhere: its cosine is 0 and its
   * losses are that without a step.
   *
   * @param sizes norms of the steps, ‖ΔL‖/√N, ascending
   * @return curves in the order of the directions
   */
  public List<LossCurve> along(List<LogitDirection> directions, double... sizes) {
    var extents = new ArrayList<Extent>();
    directions.forEach(_ -> extents.add(new Extent()));
    double[] gradientEnergy = new double[1];
    forEachChunk((firstRow, _, rows) -> {
      gradientEnergy[0] += backend.sumOfSquares(rows);
      Tensor out = direction.rows(0, rows.rows());
      for (int i = 0; i < directions.size(); i++) {
        directions.get(i).rows(backend, firstRow, rows, out);
        extents.get(i).descent -= backend.dot(rows, out);
        extents.get(i).energy += backend.sumOfSquares(out);
      }
    });
    double[] start = new double[1];
    double[][] sums = new double[directions.size()][sizes.length];
    forEachChunk((firstRow, before, rows) -> {
      start[0] += lossSum(firstRow, copy(before));
      Tensor out = direction.rows(0, rows.rows());
      for (int i = 0; i < sums.length; i++) {
        directions.get(i).rows(backend, firstRow, rows, out);
        for (int j = 0; j < sizes.length; j++) {
          sums[i][j] += lossSum(firstRow, moved(before, scale(extents.get(i), sizes[j]), out));
        }
      }
    });
    return curves(sizes, extents, Math.sqrt(gradientEnergy[0]), start[0], sums);
  }

  @Override
  public void close() {
    scope.close();
  }

  private List<LossCurve> curves(
      double[] sizes, List<Extent> extents, double gradientNorm, double start, double[][] sums) {
    var curves = new ArrayList<LossCurve>();
    for (int i = 0; i < sums.length; i++) {
      double[] means = sums[i].clone();
      for (int j = 0; j < means.length; j++) {
        means[j] /= targets.size();
      }
      Extent extent = extents.get(i);
      double length = Math.sqrt(extent.energy);
      double cosine = extent.energy == 0 ? 0 : Math.abs(extent.descent) / length / gradientNorm;
      curves.add(new LossCurve(cosine, start / targets.size(), sizes, means));
    }
    return curves;
  }

  /**
   * Factor that gives a direction the norm of a step, and turns it round if it ascends; 0 for a
   * direction that is zero, along which no step is taken.
   */
  private double scale(Extent extent, double size) {
    if (extent.energy == 0) {
      return 0;
    }
    double sign = extent.descent < 0 ? -1 : 1;
    return sign * size * Math.sqrt(targets.size() / extent.energy);
  }

  private Tensor moved(Tensor before, double factor, Tensor along) {
    Tensor after = copy(before);
    backend.axpy(factor, along, after);
    return after;
  }

  private Tensor copy(Tensor before) {
    Tensor copy = moved.rows(0, before.rows());
    backend.copy(before, copy);
    return copy;
  }

  /** Σ losses of logits, which are capped in place. */
  private double lossSum(long firstRow, Tensor of) {
    cap.ifPresent(c -> c.forward(of, toCap.rows(0, of.rows())));
    Tensor each = losses.slice(0, of.rows());
    backend.crossEntropyLoss(of, targets.slice(firstRow, of.rows()), each);
    return backend.dot(each, ones.slice(0, of.rows()));
  }

  private void forEachChunk(Visitor visitor) {
    long contexts = targets.size();
    for (long first = 0; first < contexts; first += logits.rows()) {
      long count = Math.min(logits.rows(), contexts - first);
      Tensor before = logits.rows(0, count);
      Tensor rows = gradient.rows(0, count);
      Tensor states = hiddenStates.rows(first, count);
      backend.gemm(Transpose.NO, Transpose.YES, 1, states, headWeights, 0, before);
      bias.ifPresent(b -> backend.addBias(b, before));
      backend.copy(before, rows);
      cap.ifPresent(c -> c.forward(rows, toCap.rows(0, count)));
      Tensor of = targets.slice(first, count);
      backend.crossEntropy(rows, of, 1.0 / contexts, losses.slice(0, count));
      cap.ifPresent(c -> c.backward(toCap.rows(0, count), rows));
      visitor.accept(first, before, rows);
    }
  }
}
