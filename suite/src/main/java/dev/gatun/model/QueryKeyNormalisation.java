package dev.gatun.model;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.model.Normalisation.RowStatistics;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import dev.gatun.tensor.Tensor;
import java.util.List;

/**
 * RMSNorm of the queries and of the keys inside a packed tensor, in rows of one head or of all
 * heads. Their columns are copied out, normalised as a matrix of such rows, and copied back.
 */
final class QueryKeyNormalisation {
  private final Backend backend;
  private final List<Part> parts; // queries, keys

  /**
   * One of the two.
   *
   * @param column of the packed tensor where it begins
   * @param width columns of the packed tensor
   * @param rowWidth of a row that is normalised; divides the width
   */
  private record Part(Normalisation norm, int column, int width, int rowWidth) {
    /** [N, width] as rows of their own, from the first elements of a buffer at least as large. */
    Tensor rows(Tensor buffer, long tokens) {
      return buffer.slice(0, tokens * width / rowWidth, rowWidth);
    }
  }

  /**
   * What one of the two keeps for its backward pass.
   *
   * @param input [N, width], before the norm
   * @param statistics of its rows
   */
  record Kept(Tensor input, RowStatistics statistics) {}

  QueryKeyNormalisation(
      Backend backend,
      TensorScope scope,
      TransformerConfig config,
      Parameters parameters,
      int layer) {
    this.backend = backend;
    ParameterNames names = parameters.layout().names();
    int queryWidth = config.heads() * config.headWidth();
    int keyWidth = config.keyValueHeads() * config.headWidth();
    parts =
        List.of(
            new Part(
                Normalisation.of(backend, scope, config, parameters, names.queryNorm(layer)),
                0,
                queryWidth,
                rowWidth(config, queryWidth)),
            new Part(
                Normalisation.of(backend, scope, config, parameters, names.keyNorm(layer)),
                queryWidth,
                keyWidth,
                rowWidth(config, keyWidth)));
  }

  /** Width of a row that is normalised, of queries or keys of this width. */
  static int rowWidth(TransformerConfig config, int width) {
    return config.queryKeyNorm() == QueryKeyNorm.PER_HEAD ? config.headWidth() : width;
  }

  /** In place on {@code kept.packed}; {@code kept.attended} is used on the way. */
  void forward(Activations.Block kept) {
    long tokens = kept.packed.rows();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Kept own = kept.queriesAndKeys.get(i);
      backend.copyColumns(kept.packed, part.column, own.input, 0, part.width);
      Tensor normed = part.rows(kept.attended, tokens);
      part.norm.forward(part.rows(own.input, tokens), normed, own.statistics);
      backend.copyColumns(
          normed.reshape(tokens, part.width), 0, kept.packed, part.column, part.width);
    }
  }

  /** In place on {@code gradients.packed}; {@code gradients.attended} is used on the way. */
  void backward(Activations.Block kept, ActivationGradients gradients) {
    long tokens = kept.packed.rows();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Kept own = kept.queriesAndKeys.get(i);
      Tensor dNormed = part.rows(gradients.attended, tokens);
      Tensor dInput = part.rows(gradients.queriesOrKeys.orElseThrow(), tokens);
      backend.copyColumns(
          gradients.packed, part.column, dNormed.reshape(tokens, part.width), 0, part.width);
      backend.fill(dInput, 0);
      part.norm.backward(dNormed, part.rows(own.input, tokens), own.statistics, dInput);
      backend.copyColumns(
          dInput.reshape(tokens, part.width), 0, gradients.packed, part.column, part.width);
    }
  }
}
