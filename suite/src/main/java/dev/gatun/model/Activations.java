package dev.gatun.model;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.Normalisation.RowStatistics;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The buffers of one forward pass over B sequences of length T (N = B·T rows), allocated once and
 * reused by every pass of these extents.
 */
final class Activations implements AutoCloseable {
  final Optional<RotaryTables> rotary; // [T, pairs]
  final Optional<RotaryTables> otherRotary; // [T, pairs], of the layers that differ
  final List<Block> blocks;
  final RowStatistics finalStatistics; // [N]
  final Optional<Tensor> normalised; // [N, D], before the projection to a narrow head
  final Tensor hidden; // [N, E], the head's input
  private final Optional<Stream> stream;
  private final int batch;
  private final int length;
  private final TensorScope scope;

  /** What a pass is for. */
  enum Use {
    /** A backward pass follows, so that each block has buffers of its own. */
    TRAINING,
    /** The blocks share one set of buffers. */
    EVALUATION,
    /** The blocks share one set, and whoever calls them holds the residual stream. */
    STREAMING
  }

  /** The tokens of a pass, and the residual stream that begins with them. */
  static final class Stream {
    final Tensor tokens; // [N] I32
    final Tensor positions; // [N] I32: 0 … T−1 after the table's offset, B times
    final Optional<Tensor> narrowEmbedding; // [N, E], of tokens, before its projection
    final List<Tensor> states = new ArrayList<>(); // [N, D] each: before and after every block

    private Stream(
        Backend backend,
        TransformerConfig config,
        TensorScope scope,
        int batch,
        int length,
        boolean keepsAll) {
      int rows = batch * length;
      tokens = scope.zeros(ElementType.I32, rows);
      positions = scope.zeros(ElementType.I32, rows);
      int first = config.positions() instanceof Positions.Learned(int offset) ? offset : 0;
      int[] ids = new int[rows];
      Arrays.setAll(ids, row -> first + row % length);
      backend.write(ids, positions);
      narrowEmbedding =
          config.narrowEmbedding().isPresent()
              ? Optional.of(scope.zeros(backend.real(), rows, config.embeddingWidth()))
              : Optional.empty();
      for (int state = 0; state <= config.layers(); state++) {
        states.add(
            keepsAll || state < 2
                ? scope.zeros(backend.real(), rows, config.width())
                : states.getLast());
      }
    }
  }

  /**
   * What attention [N, D] and the MLP [N, D] see where there is a norm before each and after, and
   * the statistics of that norm.
   */
  record InputNorms(
      Tensor attention,
      RowStatistics attentionStatistics,
      Tensor mlp,
      RowStatistics mlpStatistics) {}

  /**
   * What one block keeps for its backward pass. A branch is attention or the MLP; what lies between
   * it and its norm is its input where norms come before, its output where they come after.
   */
  static final class Block {
    final Optional<InputNorms> inputNorms; // where norms come before and after
    final Tensor attentionBranch; // [N, D], between attention and its norm
    final RowStatistics attentionStatistics; // [N]
    final Optional<Tensor> unclipped; // [N, (heads + 2·kv)·hd], where there is a limit
    final Tensor packed; // [N, (heads + 2·kv)·hd], queries, keys and values
    final List<QueryKeyNormalisation.Kept> queriesAndKeys; // before their norm; none without
    final Tensor normalisers; // [B, heads, T, 2]
    final Tensor attended; // [N, heads·hd]
    final Tensor middle; // [N, D], residual stream after attention
    final Tensor mlpBranch; // [N, D], between the MLP and its norm
    final RowStatistics mlpStatistics; // [N]
    final Tensor preActivation; // [N, F], or [N, 2F] when gated
    final Tensor activated; // [N, F]

    private Block(
        TransformerConfig config, TensorScope scope, ElementType real, AttentionShape shape) {
      long rows = (long) shape.batch() * shape.length();
      int width = config.width();
      int mlpWidth = config.mlpWidth();
      inputNorms =
          config.blockForm() == BlockForm.NORM_AROUND
              ? Optional.of(
                  new InputNorms(
                      scope.zeros(real, rows, width),
                      statistics(scope, real, rows),
                      scope.zeros(real, rows, width),
                      statistics(scope, real, rows)))
              : Optional.empty();
      attentionBranch = scope.zeros(real, rows, width);
      attentionStatistics = statistics(scope, real, rows);
      unclipped =
          config.attentionForm().clip().isPresent()
              ? Optional.of(scope.zeros(real, rows, shape.packedWidth()))
              : Optional.empty();
      packed = scope.zeros(real, rows, shape.packedWidth());
      queriesAndKeys = queriesAndKeys(config, scope, real, rows);
      normalisers = scope.zeros(real, shape.batch(), shape.heads(), shape.length(), 2);
      attended = scope.zeros(real, rows, shape.outputWidth());
      middle = scope.zeros(real, rows, width);
      mlpBranch = scope.zeros(real, rows, width);
      mlpStatistics = statistics(scope, real, rows);
      preActivation =
          scope.zeros(real, rows, config.activation().isGated() ? 2L * mlpWidth : mlpWidth);
      activated = scope.zeros(real, rows, mlpWidth);
    }

    private static List<QueryKeyNormalisation.Kept> queriesAndKeys(
        TransformerConfig config, TensorScope scope, ElementType real, long rows) {
      if (config.queryKeyNorm() == QueryKeyNorm.NONE) {
        return List.of();
      }
      return IntStream.of(config.heads(), config.keyValueHeads())
          .map(heads -> heads * config.headWidth())
          .mapToObj(width ->
              new QueryKeyNormalisation.Kept(
                  scope.zeros(real, rows, width),
                  statistics(
                      scope, real, rows * width / QueryKeyNormalisation.rowWidth(config, width))))
          .toList();
    }
  }

  Activations(Backend backend, TransformerConfig config, int batch, int length, Use use) {
    this.batch = batch;
    this.length = length;
    try (var opened = new CloseStack()) {
      scope = opened.own(backend.newScope());
      ElementType real = backend.real();
      int rows = batch * length;
      stream =
          use == Use.STREAMING
              ? Optional.empty()
              : Optional.of(new Stream(backend, config, scope, batch, length, use == Use.TRAINING));
      rotary = rotary(backend, config, config.positions());
      otherRotary = rotary(backend, config, config.attentionForm().others().positions());
      blocks = new ArrayList<>();
      for (int layer = 0; layer < config.layers(); layer++) {
        blocks.add(
            use == Use.TRAINING || layer == 0
                ? new Block(config, scope, real, config.attention(batch, length, layer))
                : blocks.getFirst());
      }
      finalStatistics = statistics(scope, real, rows);
      normalised =
          config.narrowEmbedding().isPresent()
              ? Optional.of(scope.zeros(real, rows, config.width()))
              : Optional.empty();
      hidden = scope.zeros(real, rows, config.embeddingWidth());
      opened.keep();
    }
  }

  private Optional<RotaryTables> rotary(
      Backend backend, TransformerConfig config, Positions positions) {
    return positions instanceof Positions.Rotary form
        ? Optional.of(RotaryTables.of(backend, scope, form, config.headWidth(), length))
        : Optional.empty();
  }

  /**
   * The stream of a pass from tokens.
   *
   * @throws java.util.NoSuchElementException if the caller holds it
   */
  Stream stream() {
    return stream.orElseThrow();
  }

  int batch() {
    return batch;
  }

  int length() {
    return length;
  }

  @Override
  public void close() {
    scope.close();
  }

  private static RowStatistics statistics(TensorScope scope, ElementType real, long rows) {
    return new RowStatistics(scope.zeros(real, rows), scope.zeros(real, rows));
  }
}
