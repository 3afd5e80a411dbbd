package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Bytes that the residual stream [N, D] of one block moves on its way forward, counted from the
 * calls that the backend makes: norms, copies, biases, and what the two products that join the
 * stream write and add to. What is read as an operand of a product is not among them.
 */
class ResidualTrafficIT {
  private static final Path LIBRARIES = FakeCuda.build();
  private static final int WIDTH = 576;
  private static final int LENGTH = 64;
  private static final int BATCH = 4;
  private static final long STREAM_BYTES = (long) BATCH * LENGTH * WIDTH * Float.BYTES;

  /**
   * For each of the two sums of a block a product is written, and one kernel reads it and the
   * stream, and writes the sum and its norm. A copy of the stream, a product that adds to it and a
   * norm that reads it again were 12, and 16 with a bias.
   */
  private static final long STREAMS = 2 * (1 + 4);

  private enum Family {
    LLAMA,
    GPT2;

    TransformerConfig config(int layers) {
      return switch (this) {
        case LLAMA -> TransformerConfig.llama(64, WIDTH, layers, 9, 3, 1536, LENGTH);
        case GPT2 -> TransformerConfig.gpt2(64, WIDTH, layers, 9, LENGTH);
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void aBlockReadsAndWritesTheStreamNoMoreThanItMust(Family family) {
    try (Backend backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES))) {
      long block = bytes(backend, family.config(2)) - bytes(backend, family.config(1));
      assertEquals(STREAMS * STREAM_BYTES, block);
    }
  }

  private static long bytes(Backend backend, TransformerConfig config) {
    try (var model = new LanguageModel(backend, config)) {
      int[] tokens = new int[BATCH * LENGTH];
      List<String> calls =
          FakeCuda.trace(LIBRARIES, true, () -> model.hiddenStates(tokens, BATCH, LENGTH));
      return calls.stream().mapToLong(ResidualTrafficIT::bytes).sum();
    }
  }

  /** What a call moves of the stream, as {@link FakeCuda#trace} describes calls. */
  private static long bytes(String call) {
    String[] words = call.split(" ");
    long[] n = Arrays.stream(words).skip(1).mapToLong(Long::parseUnsignedLong).toArray();
    return switch (words[0]) {
      case "copy" -> 2 * n[0];
      case "cublasGemmEx" -> n[0] == WIDTH ? n[0] * n[1] * Float.BYTES * (1 + n[9]) : 0;
      // Blocks, then the arguments, of which the last two are rows and columns.
      case "rms_norm_warp_f32", "layer_norm_warp_f32" -> 2 * matrix(n);
      case "rms_norm_add_warp_f32", "layer_norm_add_warp_f32" -> 4 * matrix(n);
      case "add_bias_f32" -> n[n.length - 1] == WIDTH ? 2 * matrix(n) : 0;
      default -> 0;
    };
  }

  private static long matrix(long[] n) {
    return n[n.length - 2] * n[n.length - 1] * Float.BYTES;
  }
}
