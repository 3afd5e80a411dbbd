package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.data.Batch;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.model.HeadInputs;
import dev.gatun.model.HeadScores;
import dev.gatun.model.LanguageModel;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** Windows of held-out tokens, the same at every evaluation. */
public final class HeldOutWindows {
  private static final long LOGIT_BYTES = 16L << 20;

  private final List<Batch> batches;

  /**
   * So many windows, drawn at random.
   *
   * @param batch windows that are evaluated at once; their number is rounded up to fill batches
   */
  public HeldOutWindows(int[] tokens, int windows, int batch, int length, Randomness randomness) {
    var source = new RandomWindows(tokens, batch, length, randomness);
    batches = LongStream.range(0, Math.ceilDiv(windows, batch)).mapToObj(source::batch).toList();
  }

  /** Mean cross-entropy in nats. */
  public double loss(LanguageModel model) {
    return batches.stream()
        .map(b -> model.evaluate(b.inputs(), b.targets(), b.batch(), b.length()))
        .reduce(new HeadScores(0, 0, 0), HeadScores::plus)
        .meanLoss();
  }

  /**
   * Mean cross-entropy in nats of the softmax over the first classes alone: what is left of the
   * loss when all probability of the others is given back.
   *
   * @param classes that the softmax is over, of which all targets are
   */
  public double lossAmong(LanguageModel model, int classes) {
    double sum = 0;
    long contexts = 0;
    for (Batch batch : batches) {
      HeadInputs at =
          model.headInputs(batch.inputs(), batch.targets(), batch.batch(), batch.length());
      sum += lossAmong(model, at, classes);
      contexts += at.contexts();
    }
    return sum / contexts;
  }

  private static double lossAmong(LanguageModel model, HeadInputs at, int classes) {
    Backend backend = model.backend();
    long rows = at.hidden().rows();
    long chunkRows = Math.clamp(LOGIT_BYTES / (classes * backend.real().byteSize()), 1, rows);
    try (TensorScope scope = backend.newScope()) {
      Tensor weights = model.head().weights(scope).rows(0, classes);
      Tensor logits = scope.zeros(backend.real(), chunkRows, classes);
      Tensor losses = scope.zeros(backend.real(), rows);
      for (long first = 0; first < rows; first += chunkRows) {
        long count = Math.min(chunkRows, rows - first);
        Tensor chunk = logits.rows(0, count);
        backend.gemm(
            Transpose.NO, Transpose.YES, 1, at.hidden().rows(first, count), weights, 0, chunk);
        backend.crossEntropyLoss(
            chunk, at.targets().slice(first, count), losses.slice(first, count));
      }
      return Arrays.stream(backend.toDoubles(losses)).sum();
    }
  }
}
