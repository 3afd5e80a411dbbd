package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.model.TransformerConfig.Activation;
import dev.gatun.model.TransformerConfig.Biases;
import dev.gatun.model.TransformerConfig.BlockForm;
import dev.gatun.model.TransformerConfig.Norm;
import dev.gatun.model.TransformerConfig.QueryKeyNorm;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
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

  /** A product is written, and one kernel reads it and the stream, and writes the sum. */
  private static final long SUM = 1 + 3;

  /**
   * The same kernel writes the norm of the sum. A copy of the stream, a product that adds to it and
   * a norm that reads it again were 6, and 8 with a bias.
   */
  private static final long SUM_AND_NORM = 1 + 4;

  /** A norm of a stream that is there already. */
  private static final long NORM = 2;

  private enum Family {
    LLAMA(2 * SUM_AND_NORM, NORM + SUM_AND_NORM + SUM),
    GPT2(2 * SUM_AND_NORM, NORM + SUM_AND_NORM + SUM),
    /** A parallel block. */
    GPT_NEOX(SUM + SUM_AND_NORM + NORM, 2 * NORM + 2 * SUM);

    /** A block between others takes the norm that the next one begins with. */
    final long ofBlock;

    /** A block alone takes the norm that it begins with. */
    final long ofBlockAlone;

    Family(long ofBlock, long ofBlockAlone) {
      this.ofBlock = ofBlock;
      this.ofBlockAlone = ofBlockAlone;
    }

    TransformerConfig config(int layers) {
      return switch (this) {
        case LLAMA -> TransformerConfig.llama(64, WIDTH, layers, 9, 3, 1536, LENGTH);
        case GPT2 -> TransformerConfig.gpt2(64, WIDTH, layers, 9, LENGTH);
        case GPT_NEOX -> neoX(layers);
      };
    }
  }

  private static TransformerConfig neoX(int layers) {
    return new TransformerConfig(
        TransformerConfig.Family.GPT_NEOX,
        64,
        WIDTH,
        layers,
        9,
        9,
        64,
        4 * WIDTH,
        LENGTH,
        new Positions.Rotary(10_000),
        BlockForm.PARALLEL,
        Norm.LAYER,
        1e-5,
        QueryKeyNorm.NONE,
        Activation.GELU,
        Biases.ALL,
        AttentionForm.usual(64),
        1,
        OptionalDouble.empty(),
        OptionalInt.empty(),
        new HeadForm.Linear(false));
  }

  @ParameterizedTest
  @EnumSource
  void aBlockReadsAndWritesTheStreamNoMoreThanItMust(Family family) {
    try (Backend backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES))) {
      long block = ofModel(backend, family.config(2)) - ofModel(backend, family.config(1));
      assertEquals(family.ofBlock * STREAM_BYTES, block);
    }
  }

  private static long ofModel(Backend backend, TransformerConfig config) {
    try (var model = new LanguageModel(backend, config)) {
      int[] tokens = new int[BATCH * LENGTH];
      return bytes(() -> model.hiddenStates(tokens, BATCH, LENGTH));
    }
  }

  @ParameterizedTest
  @EnumSource
  void soDoesABlockAlone(Family family) {
    TransformerConfig config = family.config(1);
    try (Backend backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
        var model = new LanguageModel(backend, config);
        var sequences = new SequencePasses(backend, config, BATCH, LENGTH, BATCH);
        TensorScope scope = backend.newScope()) {
      Tensor states = scope.zeros(ElementType.F32, BATCH * LENGTH, WIDTH);
      long block = bytes(() -> sequences.block(0, model.parameters(), states));
      assertEquals(family.ofBlockAlone * STREAM_BYTES, block);
    }
  }

  private static long bytes(Runnable pass) {
    return FakeCuda.trace(LIBRARIES, true, pass).stream().mapToLong(ResidualTrafficIT::bytes).sum();
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
      case "add_residual_f32" -> 3 * matrix(n);
      case "add_bias_f32" -> n[n.length - 1] == WIDTH ? 2 * matrix(n) : 0;
      default -> 0;
    };
  }

  private static long matrix(long[] n) {
    return n[n.length - 2] * n[n.length - 1] * Float.BYTES;
  }
}
