package dev.gatun.model;

import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import dev.gatun.model.head.LogitChunks;
import dev.gatun.tensor.ElementType;

/**
 * Bytes that training a model holds on the device, computed from its extents before anything is
 * allocated. A backend's scratch memory comes on top, and in {@link
 * dev.gatun.backend.MathMode#BF16} a copy of the weights of half their bytes.
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
   * Of a model. Numbers per context and component of a mixture are left out: they are few.
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
    long perRow = blockPerRow(config) + endsPerRow(config);
    return rows * (perRow * real.byteSize() + 2 * ElementType.I32.byteSize())
        + logits(config, rows, real, workingSetBytes);
  }

  public long total() {
    return parameters + gradients + moments + activations + logits;
  }

  /** Elements for each token: {@link Activations} and {@link ActivationGradients}. */
  private static long activationsPerRow(TransformerConfig config) {
    boolean narrow = config.narrowEmbedding().isPresent();
    long forward = config.layers() * blockPerRow(config) + endsPerRow(config);
    long backward =
        2L * config.width()
            + (narrow ? 2L : 1L) * config.embeddingWidth()
            + packed(config)
            + attended(config)
            + (config.queryKeyNorm() == QueryKeyNorm.NONE ? 0 : attended(config))
            + mlp(config);
    return forward + backward;
  }

  /** Before the first block, and after the last, with two statistics of each row. */
  private static long endsPerRow(TransformerConfig config) {
    boolean narrow = config.narrowEmbedding().isPresent();
    return (narrow ? 2L : 1L) * (config.width() + config.embeddingWidth()) + 2;
  }

  /** Elements that a block keeps for each token, its output among them. */
  public static long blockPerRow(TransformerConfig config) {
    long statistics = 4;
    return 4L * config.width()
        + statistics
        + (config.attentionForm().clip().isPresent() ? 2 : 1) * packed(config)
        + queriesAndKeys(config)
        + (config.blockForm() == BlockForm.NORM_AROUND ? 2L * config.width() + statistics : 0)
        + attended(config)
        + 2L * config.heads()
        + mlp(config);
  }

  private static long packed(TransformerConfig config) {
    return (config.heads() + 2L * config.keyValueHeads()) * config.headWidth();
  }

  /** Before their norm, and two statistics of each row. */
  private static long queriesAndKeys(TransformerConfig config) {
    int heads = config.heads() + config.keyValueHeads();
    return switch (config.queryKeyNorm()) {
      case NONE -> 0;
      case PER_HEAD -> heads * (config.headWidth() + 2L);
      case WHOLE -> (long) heads * config.headWidth() + 4;
    };
  }

  private static long attended(TransformerConfig config) {
    return (long) config.heads() * config.headWidth();
  }

  private static long mlp(TransformerConfig config) {
    return (config.activation().isGated() ? 3L : 2L) * config.mlpWidth();
  }

  private static long logits(
      TransformerConfig config, long rows, ElementType real, long workingSetBytes) {
    HeadForm head = config.head();
    long copies = head.logitsPerToken();
    long chunkRows =
        LogitChunks.chunkRows(
            rows,
            copies * config.vocabulary(),
            config.embeddingWidth() / copies,
            real.byteSize(),
            workingSetBytes);
    long elements = Math.max(rows, copies * config.vocabulary() * chunkRows);
    // Of several hidden vectors: before and after tanh, and their gradient.
    long vectors = head instanceof HeadForm.Sigsoftmax ? 0 : copies - 1;
    long perRow = head instanceof HeadForm.ClassFactored(int classes) ? 8L * classes : 3;
    return (elements
                + 3 * (vectors == 0 ? 0 : copies) * chunkRows * config.embeddingWidth()
                + perRow * rows)
            * real.byteSize()
        + rows * ElementType.I32.byteSize();
  }
}
