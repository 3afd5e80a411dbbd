package dev.gatun.model;

import dev.gatun.tensor.ElementType;

/**
 * Bytes that training a model holds on the device, computed from its extents before anything is
 * allocated. A backend's scratch memory comes on top.
 *
 * @param parameters the weights
 * @param gradients one for each weight
 * @param moments two for each weight, as AdamW keeps them
 * @param activations what a forward pass keeps for the backward pass, and that pass' buffers
 * @param logits the chunk of logits held at once
 */
public record TrainingMemory(
    long parameters, long gradients, long moments, long activations, long logits) {

  /**
   * Of a model with a linear head, or with one that ends in one.
   *
   * @param batch sequences in a pass
   * @param length tokens per sequence
   * @param workingSetBytes of the backend
   */
  public static TrainingMemory of(
      TransformerConfig config, int batch, int length, ElementType real, long workingSetBytes) {
    long size = new ParameterLayout(config).size() * real.byteSize();
    long rows = (long) batch * length;
    return new TrainingMemory(
        size,
        size,
        2 * size,
        rows * (activationsPerRow(config) * real.byteSize() + 2 * ElementType.I32.byteSize()),
        logits(config, rows, real, workingSetBytes));
  }

  /** Bytes of a forward pass alone, whose blocks share their buffers, and of its logits. */
  public static long ofEvaluation(
      TransformerConfig config, long rows, ElementType real, long workingSetBytes) {
    long perRow = blockPerRow(config) + 2L * config.width() + 2;
    return rows * (perRow * real.byteSize() + 2 * ElementType.I32.byteSize())
        + logits(config, rows, real, workingSetBytes);
  }

  /** All of it. */
  public long total() {
    return parameters + gradients + moments + activations + logits;
  }

  /** Elements for each token: {@link Activations} and {@link ActivationGradients}. */
  private static long activationsPerRow(TransformerConfig config) {
    long forward = config.layers() * blockPerRow(config) + 2L * config.width() + 2;
    long backward = 3L * config.width() + packed(config) + attended(config) + mlp(config);
    return forward + backward;
  }

  private static long blockPerRow(TransformerConfig config) {
    long statistics = 4;
    return 4L * config.width()
        + statistics
        + packed(config)
        + attended(config)
        + config.heads()
        + mlp(config);
  }

  private static long packed(TransformerConfig config) {
    return (config.heads() + 2L * config.keyValueHeads()) * config.headWidth();
  }

  private static long attended(TransformerConfig config) {
    return (long) config.heads() * config.headWidth();
  }

  private static long mlp(TransformerConfig config) {
    return (config.activation().isGated() ? 3L : 2L) * config.mlpWidth();
  }

  private static long logits(
      TransformerConfig config, long rows, ElementType real, long workingSetBytes) {
    long chunkRows =
        LogitChunks.chunkRows(
            rows, config.vocabulary(), config.width(), real.byteSize(), workingSetBytes);
    long elements = Math.max(rows, config.vocabulary() * chunkRows);
    return (elements + 3 * rows) * real.byteSize() + rows * ElementType.I32.byteSize();
  }
}
