package dev.gatun.claims.frozen;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.Randomness;
import dev.gatun.measure.RankHead;
import dev.gatun.results.HiddenStateReader;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import dev.gatun.train.LearningRateSchedule;
import dev.gatun.train.LearningRateSchedule.Form;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** Heads of all ranks and rates, and the full head, side by side. */
final class RankHeads implements AutoCloseable {
  private static final double FINAL_SHARE = 0.1;
  private static final double WARM_UP = 0.05;

  private final Backend backend;
  private final FrozenSetting setting;
  private final TensorScope scope;
  private final Map<HeadChoice, RankHead> heads = new LinkedHashMap<>();

  /** Is told of each record batch. */
  @FunctionalInterface
  interface Listener {
    void trained(long batches, double loss, double learningRate, long nanos);
  }

  /**
   * Heads before their first step, the full ones as the model's own.
   *
   * @param own W of the model [V, D]
   * @param bias of its logits [V], which all heads have
   * @param rankOf the rank that a head of a nominal rank has: the same, unless something is broken
   *     on purpose
   */
  RankHeads(
      Backend backend,
      FrozenSetting setting,
      Tensor own,
      Optional<Tensor> bias,
      Randomness randomness,
      IntUnaryOperator rankOf) {
    this.backend = backend;
    this.setting = setting;
    try (var opened = new CloseStack()) {
      this.scope = opened.own(backend.newScope());
      try (var cut = new TruncatedHeads(backend, own, bias)) {
        for (HeadChoice choice : setting.choices()) {
          heads.put(choice, opened.own(begin(choice, own, bias, cut, randomness, rankOf)));
        }
      }
      opened.keep();
    }
  }

  private RankHead begin(
      HeadChoice choice,
      Tensor own,
      Optional<Tensor> bias,
      TruncatedHeads cut,
      Randomness randomness,
      IntUnaryOperator rankOf) {
    if (choice.isFull()) {
      return RankHead.from(backend, own, bias);
    }
    int rank = rankOf.applyAsInt(choice.rank());
    return switch (setting.start()) {
      case CUT -> RankHead.from(backend, cut.factors(rank), bias);
      case NORMAL ->
          RankHead.drawn(
              backend, setting.size().vocabulary(), setting.size().width(), rank, bias, randomness);
    };
  }

  /** Trains every head on every batch of the file, which is read once. */
  void train(HiddenStateReader states, Listener listener) {
    int rows = setting.rows();
    float[] hidden = new float[rows * setting.size().width()];
    int[] targets = new int[rows];
    Tensor onDevice = scope.zeros(backend.real(), rows, setting.size().width());
    Tensor ids = scope.zeros(ElementType.I32, rows);
    Tensor unused = scope.zeros(backend.real(), setting.contexts(), setting.size().width());
    int perBatch = rows / setting.contexts();
    for (long batch = 0; batch < states.batches(); batch++) {
      long started = System.nanoTime();
      states.read(batch, hidden, targets);
      backend.write(hidden, onDevice);
      backend.write(targets, ids);
      for (int part = 0; part < perBatch; part++) {
        long from = (long) part * setting.contexts();
        step(
            onDevice.rows(from, setting.contexts()),
            ids.slice(from, setting.contexts()),
            unused,
            batch * perBatch + part);
      }
      listener.trained(
          batch + 1,
          heads.get(setting.choices().getLast()).lastLoss(setting.contexts()),
          setting.choices().getLast().learningRate(),
          System.nanoTime() - started);
    }
  }

  private void step(Tensor hidden, Tensor targets, Tensor unused, long number) {
    heads.forEach((choice, head) ->
        head.step(hidden, targets, unused, schedule(choice.learningRate()).at(number)));
  }

  private LearningRateSchedule schedule(double peak) {
    long steps = setting.headSteps();
    return new LearningRateSchedule(
        Form.COSINE, peak, Math.round(WARM_UP * steps), steps, FINAL_SHARE);
  }

  /** Every head by what was chosen for it. */
  Map<HeadChoice, RankHead> byChoice() {
    return heads;
  }

  @Override
  public void close() {
    heads.values().forEach(RankHead::close);
    scope.close();
  }
}
