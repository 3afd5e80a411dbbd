package dev.gatun.measure;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.RandomWindows;
import dev.gatun.data.Randomness;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.HeadScores;
import dev.gatun.model.head.LogitRows;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
        .map(model::evaluate)
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
      HeadInputs at = model.headInputs(batch);
      sum += lossAmong(model, at, classes);
      contexts += at.contexts();
    }
    return sum / contexts;
  }

  private static double lossAmong(LanguageModel model, HeadInputs at, int classes) {
    Backend backend = model.backend();
    try (TensorScope scope = backend.newScope()) {
      Tensor weights = model.head().weights(scope).rows(0, classes);
      Optional<Tensor> bias = model.head().bias().map(b -> b.slice(0, classes));
      var rows = new LogitRows(backend, scope, at.hidden(), weights, bias, LOGIT_BYTES);
      Tensor losses = scope.zeros(backend.real(), at.hidden().rows());
      for (long first = 0; first < losses.size(); first += rows.atOnce()) {
        Tensor logits = rows.from(first);
        backend.crossEntropyLoss(
            logits, at.targets().slice(first, logits.rows()), losses.slice(first, logits.rows()));
      }
      return Arrays.stream(backend.toDoubles(losses)).sum();
    }
  }
}
