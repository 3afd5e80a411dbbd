package dev.gatun.train;

import dev.gatun.backend.Backend;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.data.BatchSource;
import dev.gatun.model.LanguageModel;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A step of training as the device does it: gradients from zero, their norm, and the optimiser's
 * update. Where a step has one batch all of it is one recording, and else a recording for each
 * batch, of which the first clears the gradients and the last updates. The device itself leaves out
 * a step whose gradient is not finite, and all steps after it: the host learns of it later.
 */
final class TrainingStep implements AutoCloseable {
  private final LanguageModel model;
  private final Backend backend;
  private final TrainingConfig config;
  private final BatchSource batches;
  private final Optimiser optimiser;
  private final TensorScope scope;
  private final Tensor squares; // F64 [1]: Σ g² over all gradients
  private final Tensor loss; // F64 [1]
  private final Tensor sums; // F64 [2]: both
  private final Tensor numbers; // F64: see StepNumbers
  private final Map<Place, LanguageModel.TrainingPass> passes = new LinkedHashMap<>();

  TrainingStep(
      LanguageModel model, TrainingConfig config, BatchSource batches, Optimiser optimiser) {
    this.model = model;
    this.backend = model.backend();
    this.config = config;
    this.batches = batches;
    this.optimiser = optimiser;
    try (var opened = new CloseStack()) {
      scope = opened.own(backend.newScope());
      sums = scope.zeros(ElementType.F64, 2);
      squares = sums.slice(0, 1);
      loss = sums.slice(1, 1);
      numbers = scope.zeros(ElementType.F64, StepNumbers.SIZE);
      opened.keep();
    }
  }

  /** Where a batch stands among those of a step. */
  private record Place(boolean isFirst, boolean isLast) {}

  /**
   * A step that was begun.
   *
   * @param number of this step, the first is 1
   * @param start its {@link System#nanoTime}
   * @param sums Σ g² and the loss; asking for them waits for the step
   */
  record Begun(long number, double learningRate, long start, Supplier<double[]> sums) {}

  /** Begins a step, and does not wait for it where the device works behind the calls. */
  Begun begin(long number) {
    long start = System.nanoTime();
    double learningRate = config.schedule().at(number - 1);
    backend.write(new double[] {number, learningRate}, numbers.slice(0, StepNumbers.KNOWN_BEFORE));
    for (int i = 0; i < config.accumulation(); i++) {
      Batch batch = batch(number, i);
      var place = new Place(i == 0, i == config.accumulation() - 1);
      passes.computeIfAbsent(place, this::newPass).run(batch, scale(number, batch));
    }
    if (!optimiser.isRecordable()) {
      update();
    }
    return new Begun(number, learningRate, start, backend.toDoublesLater(sums));
  }

  private Batch batch(long number, int i) {
    return batches.batch((number - 1) * config.accumulation() + i);
  }

  private double scale(long number, Batch batch) {
    long targets = Arrays.stream(batch.targets()).filter(t -> t >= 0).count();
    if (targets == 0) {
      throw new IllegalArgumentException("step " + number + " has a batch without targets");
    }
    return 1.0 / (targets * config.accumulation());
  }

  private LanguageModel.TrainingPass newPass(Place place) {
    Runnable before =
        () -> {
          if (place.isFirst) {
            model.parameters().clearGradients();
            backend.fill(sums, 0);
          }
        };
    Runnable after =
        () -> {
          if (place.isLast) {
            Tensor gradients = model.parameters().gradients();
            backend.addDot(1, gradients, gradients, squares);
            if (optimiser.isRecordable()) {
              update();
            }
          }
        };
    return model.trainingPass(loss, before, after);
  }

  private void update() {
    backend.gradientScale(sums, config.clipNorm(), numbers);
    optimiser.step(numbers);
  }

  /**
   * Makes the gradients of a step that was left out again: later steps have replaced them, and no
   * step has changed the parameters since.
   */
  void repeatGradients(long number) {
    model.parameters().clearGradients();
    for (int i = 0; i < config.accumulation(); i++) {
      Batch batch = batch(number, i);
      model.lossAndGradients(batch, scale(number, batch), BlockVisitor.NONE);
    }
  }

  /** Frees its recordings; model and optimiser are the caller's. */
  @Override
  public void close() {
    passes.values().forEach(LanguageModel.TrainingPass::close);
    scope.close();
  }
}
