package dev.gatun.model.head;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Bytes that the head of SpamLang's paper tier moves in a training step on an H200, counted from
 * the calls that the backend makes. A call counts each matrix once that it reads, and once that it
 * writes: it moves at least that, and a matrix larger than the cache no less.
 */
class HeadTrafficIT {
  private static final Path LIBRARIES = FakeCuda.build();
  private static final long H200_BYTES = 141L << 30;
  private static final long USUAL_BYTES = 4L << 30;
  private static final int VOCABULARY = 131_072;
  private static final int WIDTH = 576;
  private static final int ROWS = 8192;
  private static final int BF16 = 14; // CUDA_R_16BF

  /** Chunks of 128 MiB, weights rounded twice and gradients once for each, would be 82. */
  private static final double MOST_GIGABYTES = 20;

  @Test
  void theHeadOfAPaperStepMovesNoMoreThanTwentyGigabytes() {
    FakeCuda.setTotalMemory(LIBRARIES, H200_BYTES);
    try (Backend backend = CudaBackend.open(MathMode.BF16, Optional.of(LIBRARIES));
        TensorScope scope = backend.newScope()) {
      List<String> calls = secondStep(backend, scope);
      double gigabytes = calls.stream().mapToLong(HeadTrafficIT::bytes).sum() * 1e-9;
      assertTrue(gigabytes <= MOST_GIGABYTES, gigabytes + " GB in " + calls);
      assertEquals(3.0 * VOCABULARY * WIDTH * ROWS, multiplications(calls));
    } finally {
      FakeCuda.setTotalMemory(LIBRARIES, USUAL_BYTES);
    }
  }

  /** The calls of a step that has its buffers. */
  private static List<String> secondStep(Backend backend, TensorScope scope) {
    Tensor hidden = scope.zeros(ElementType.F32, ROWS, WIDTH);
    Tensor weights = scope.zeros(ElementType.F32, VOCABULARY, WIDTH);
    Tensor dHidden = scope.zeros(ElementType.F32, ROWS, WIDTH);
    Tensor dWeights = scope.zeros(ElementType.F32, VOCABULARY, WIDTH);
    Tensor targets = scope.zeros(ElementType.I32, ROWS);
    try (var head = new LinearHead(backend, weights, dWeights)) {
      Runnable step =
          () -> {
            backend.write(new int[ROWS], targets);
            head.prepare(targets);
            head.gradients(hidden, targets, 1.0 / ROWS, dHidden, BlockVisitor.NONE);
          };
      FakeCuda.trace(LIBRARIES, true, step);
      // The optimiser's step comes in between.
      return FakeCuda.trace(
          LIBRARIES,
          true,
          () -> {
            backend.write(new float[1], weights.slice(0, 1));
            step.run();
          });
    }
  }

  private static double multiplications(List<String> calls) {
    return calls.stream()
        .filter(call -> call.startsWith("cublasGemmEx "))
        .map(HeadTrafficIT::numbers)
        .mapToDouble(n -> (double) n[0] * n[1] * n[2])
        .sum();
  }

  private static long[] numbers(String call) {
    return Arrays.stream(call.split(" ")).skip(1).mapToLong(Long::parseUnsignedLong).toArray();
  }

  /** What a call reads and writes, as {@link FakeCuda#trace} describes calls. */
  private static long bytes(String call) {
    long[] n = numbers(call);
    String name = call.substring(0, call.indexOf(' '));
    return switch (name) {
      case "cublasGemmEx" ->
          n[0] * n[2] * size(n[3])
              + n[2] * n[1] * size(n[5])
              + n[0] * n[1] * size(n[7]) * (1 + n[9]);
      // Blocks, x, y, rows, columns.
      case "round_to_bf16" -> n[4] * n[5] * (Float.BYTES + Short.BYTES);
      // Blocks, x, its copy, elements, y, its copy, elements.
      case "round_pair_to_bf16" -> (n[4] + n[7]) * (Float.BYTES + Short.BYTES);
      // Blocks, of which a row has one, logits, targets, scale, losses, classes.
      case "cross_entropy_large_f32" -> n[0] * n[6] * 2 * Float.BYTES;
      // Blocks, logits, rounded, targets, scale, losses, classes.
      case "cross_entropy_large_bf16" -> n[0] * n[7] * (Float.BYTES + Short.BYTES);
      case "copy" -> 2 * n[0];
      case "set" -> n[0];
      default -> throw new AssertionError("nobody has said what this moves: " + call);
    };
  }

  private static int size(long type) {
    return type == BF16 ? Short.BYTES : Float.BYTES;
  }
}
