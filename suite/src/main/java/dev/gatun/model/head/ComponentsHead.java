package dev.gatun.model.head;

import dev.gatun.backend.Backend;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.util.Optional;

/**
 * Heads that see K hidden vectors h_k = tanh(U_k·h) through one matrix W and mix what comes out.
 * The logits of all components of a chunk of contexts are held together, [K·count, V], so that one
 * matrix product makes them.
 */
public abstract sealed class ComponentsHead implements Head
    permits MixtureOfSoftmaxesHead, MultipleHiddenHead {
  private final Backend backend;
  private final Trainable weights; // W [V, D]
  private final Trainable projections; // U [K·D, D]
  private final Optional<Trainable> prior; // R [K, D]
  private final int components; // K
  private final long width; // D
  private final ContextChunks chunks;
  private Optional<Buffers> buffers = Optional.empty();
  private long allocations;

  /** For a chunk of R contexts. */
  private record Buffers(
      TensorScope scope,
      long capacity, // R
      Tensor preActivations, // [K·R·D]
      Tensor vectors, // h_k: [K·R·D]
      Tensor vectorGradients, // [K·R·D]
      MixingBuffers mixing) {}

  ComponentsHead(
      Backend backend, Trainable weights, Trainable projections, Optional<Trainable> prior) {
    this.backend = backend;
    this.weights = weights;
    this.projections = projections;
    this.prior = prior;
    this.width = weights.value().cols();
    this.components = Math.toIntExact(projections.value().rows() / width);
    this.chunks = new ContextChunks(backend, weights.value(), components, 1);
  }

  /** K. */
  public int components() {
    return components;
  }

  /**
   * What to take from the logits of all components so that exp gives their gradient's first term.
   */
  abstract LogSumExp shiftsOfGradient(MixingBuffers mixing);

  @Override
  public long vocabulary() {
    return weights.value().rows();
  }

  @Override
  public HeadScores scores(Tensor hidden, Tensor targets) {
    chunks.forEach(
        hidden.rows(),
        (first, count) -> {
          Tensor logits = forward(hidden, targets, first, count);
          Tensor chunkTargets = targets.slice(first, count);
          MixingBuffers mixing = buffers.orElseThrow().mixing;
          LogSumExp shifts = mixing.priorShifts();
          for (int k = 0; k < components; k++) {
            backend.crossEntropyColumns(
                part(logits, k), mixing.part(shifts, k), chunkTargets, vocabulary(), 1);
          }
          backend.argmaxRows(sumOfParts(logits), chunks.argmax(first, count));
        });
    return chunks.scores(targets);
  }

  @Override
  public void gradients(
      Tensor hidden, Tensor targets, double scale, Tensor dHidden, BlockVisitor tap) {
    backward(hidden, targets, scale, dHidden, tap, true);
  }

  @Override
  public void hiddenGradients(Tensor hidden, Tensor targets, double scale, Tensor dHidden) {
    backward(hidden, targets, scale, dHidden, BlockVisitor.NONE, false);
  }

  private void backward(
      Tensor hidden,
      Tensor targets,
      double scale,
      Tensor dHidden,
      BlockVisitor tap,
      boolean ofParameters) {
    chunks.forEach(
        hidden.rows(),
        (first, count) -> {
          if (tap != BlockVisitor.NONE) {
            tap.accept(first, logitGradient(hidden, targets, scale, first, count));
          }
          Tensor logits = forward(hidden, targets, first, count);
          MixingBuffers mixing = buffers.orElseThrow().mixing;
          gradientOfParts(
              logits, targets.slice(first, count), shiftsOfGradient(mixing), mixing, scale);
          Tensor in = hidden.rows(first, count);
          Tensor out = dHidden.rows(first, count);
          backend.fill(out, 0);
          prior.ifPresent(p -> {
            Tensor gradient = mixing.scoreGradient(targets.slice(first, count), scale);
            product(gradient, p, in, out, ofParameters);
          });
          backThroughVectors(logits, in, out, ofParameters);
        });
  }

  /** From the gradient of all components' logits [K·count, V] to those of h_k, U_k, h and W. */
  private void backThroughVectors(Tensor gradient, Tensor in, Tensor out, boolean ofParameters) {
    Buffers b = buffers.orElseThrow();
    Tensor preActivations = b.preActivations.slice(0, gradient.rows(), width);
    Tensor dVectors = b.vectorGradients.slice(0, gradient.rows(), width);
    backend.gemm(Transpose.NO, Transpose.NO, 1, gradient, weights.value(), 0, dVectors);
    if (ofParameters) {
      Tensor vectors = b.vectors.slice(0, gradient.rows(), width);
      backend.gemm(Transpose.YES, Transpose.NO, 1, gradient, vectors, 1, weights.gradient());
    }
    backend.elementwiseBackward(Elementwise.TANH, preActivations, dVectors, dVectors);
    for (int k = 0; k < components; k++) {
      product(part(dVectors, k), projections.rows(k * width, width), in, out, ofParameters);
    }
  }

  /** Of y = x·Mᵀ: dX += dY·M and, where wanted, dM += dYᵀ·x. */
  private void product(Tensor dY, Trainable matrix, Tensor x, Tensor dX, boolean ofParameters) {
    backend.gemm(Transpose.NO, Transpose.NO, 1, dY, matrix.value(), 1, dX);
    if (ofParameters) {
      backend.gemm(Transpose.YES, Transpose.NO, 1, dY, x, 1, matrix.gradient());
    }
  }

  @Override
  public double streamGradient(Tensor hidden, Tensor targets, double scale, BlockVisitor tap) {
    chunks.forEach(
        hidden.rows(),
        (first, count) -> tap.accept(first, logitGradient(hidden, targets, scale, first, count)));
    return scale * lossSum(hidden.rows());
  }

  /** Rows of G = scale·(P − Y): [count, V]. */
  private Tensor logitGradient(
      Tensor hidden, Tensor targets, double scale, long first, long count) {
    Tensor logits = forward(hidden, targets, first, count);
    MixingBuffers mixing = buffers.orElseThrow().mixing;
    gradientOfParts(logits, targets.slice(first, count), mixing.priorShifts(), mixing, scale);
    return sumOfParts(logits);
  }

  /** The logits of each component become scale·(exp(logits − shifts) − ρ_k·onehot). */
  private void gradientOfParts(
      Tensor logits, Tensor targets, LogSumExp shifts, MixingBuffers mixing, double scale) {
    for (int k = 0; k < components; k++) {
      backend.weightedCrossEntropyColumns(
          part(logits, k), mixing.part(shifts, k), targets, mixing.posterior(k), 0, scale);
    }
  }

  /** Logits of all components [K·count, V], with the mixture's losses in the buffer. */
  private Tensor forward(Tensor hidden, Tensor targets, long first, long count) {
    Buffers b = allocate(count);
    Tensor in = hidden.rows(first, count);
    Tensor preActivations = b.preActivations.slice(0, components * count, width);
    Tensor vectors = b.vectors.slice(0, components * count, width);
    for (int k = 0; k < components; k++) {
      Tensor projection = projections.value().rows(k * width, width);
      backend.gemm(Transpose.NO, Transpose.YES, 1, in, projection, 0, part(preActivations, k));
    }
    backend.elementwise(Elementwise.TANH, preActivations, vectors);
    Tensor logits = chunks.logits(0, components * count, vocabulary());
    backend.gemm(Transpose.NO, Transpose.YES, 1, vectors, weights.value(), 0, logits);
    mix(b.mixing, logits, in, targets.slice(first, count), chunks.losses(first, count));
    return logits;
  }

  private void mix(MixingBuffers mixing, Tensor logits, Tensor in, Tensor targets, Tensor losses) {
    mixing.begin(in.rows());
    backend.logSumExpRows(logits, mixing.logSumExp());
    for (int k = 0; k < components; k++) {
      backend.crossEntropyLoss(part(logits, k), targets, mixing.losses(k));
    }
    prior.ifPresentOrElse(
        p -> backend.gemm(Transpose.NO, Transpose.YES, 1, in, p.value(), 0, mixing.scores()),
        mixing::scoreByLogSumExp);
    mixing.mix(targets, losses);
  }

  /** The rows of component k, out of rows that are ordered by component. */
  private Tensor part(Tensor all, int k) {
    return all.rows(k * all.rows() / components, all.rows() / components);
  }

  /** Σ_k into the first component's place. */
  private Tensor sumOfParts(Tensor all) {
    for (int k = 1; k < components; k++) {
      backend.axpy(1, part(all, k), part(all, 0));
    }
    return part(all, 0);
  }

  private Buffers allocate(long count) {
    if (buffers.filter(b -> b.capacity >= count).isEmpty()) {
      free();
      allocations++;
      long size = components * count * width;
      try (var opened = new CloseStack()) {
        TensorScope scope = opened.own(backend.newScope());
        buffers =
            Optional.of(
                new Buffers(
                    scope,
                    count,
                    scope.zeros(backend.real(), size),
                    scope.zeros(backend.real(), size),
                    scope.zeros(backend.real(), size),
                    new MixingBuffers(backend, components, count)));
        opened.keep();
      }
    }
    return buffers.get();
  }

  @Override
  public double lossSum(long rows) {
    return chunks.lossSum(rows);
  }

  @Override
  public void addLossSum(double scale, long rows, Tensor sum) {
    chunks.addLossSum(scale, rows, sum);
  }

  @Override
  public long generation() {
    return chunks.generation() + allocations;
  }

  private void free() {
    buffers.ifPresent(b -> {
      b.scope.close();
      b.mixing.close();
    });
    buffers = Optional.empty();
  }

  @Override
  public void close() {
    chunks.close();
    free();
  }
}
