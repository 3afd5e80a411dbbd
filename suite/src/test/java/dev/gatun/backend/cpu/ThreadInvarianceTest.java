package dev.gatun.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.Gate;
import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Equal bytes on 1, 2 and 4 threads, and from the first run of a method, interpreted, to the last,
 * compiled.
 */
class ThreadInvarianceTest {
  private static final long SEED = 20261123;
  private static final int ROWS = 1030;
  private static final int COLS = 333;
  private static final int RUNS = 30;

  private static final int LARGEST = ROWS * 2 * COLS;

  /** Drawn once, because drawing takes longer than most operations. */
  private static final float[] NORMAL = normalValues();

  private static float[] normalValues() {
    var random = new SplittableRandom(SEED);
    float[] values = new float[2 * LARGEST];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** The tensors of one run; equal in every run. */
  private static final class Inputs {
    private final Backend backend;
    private final TensorScope scope;
    private final SplittableRandom random = new SplittableRandom(SEED);

    Inputs(Backend backend, TensorScope scope) {
      this.backend = backend;
      this.scope = scope;
    }

    Tensor normal(long... extents) {
      Tensor tensor = scope.zeros(ElementType.F32, extents);
      int from = random.nextInt(LARGEST);
      backend.write(Arrays.copyOfRange(NORMAL, from, from + (int) tensor.size()), tensor);
      return tensor;
    }

    Tensor ids(int size, int limit) {
      Tensor tensor = scope.zeros(ElementType.I32, size);
      backend.write(random.ints(size, 0, limit).toArray(), tensor);
      return tensor;
    }
  }

  /** Operations whose work is cut into tasks; each returns everything that it writes. */
  private enum Operation {
    LAYER_NORM {
      @Override
      List<Tensor> run(Backend backend, Inputs in) {
        Tensor x = in.normal(ROWS, COLS);
        Tensor weight = in.normal(COLS);
        Tensor bias = in.normal(COLS);
        Tensor y = in.normal(ROWS, COLS);
        Tensor mean = in.normal(ROWS);
        Tensor rstd = in.normal(ROWS);
        Tensor dX = in.normal(ROWS, COLS);
        Tensor dWeight = in.normal(COLS);
        Tensor dBias = in.normal(COLS);
        backend.layerNorm(x, weight, bias, 1e-5, y, mean, rstd);
        backend.layerNormBackward(y, x, weight, mean, rstd, dX, dWeight, dBias);
        return List.of(y, mean, rstd, dX, dWeight, dBias);
      }
    },
    RMS_NORM {
      @Override
      List<Tensor> run(Backend backend, Inputs in) {
        Tensor x = in.normal(ROWS, COLS);
        Tensor weight = in.normal(COLS);
        Tensor y = in.normal(ROWS, COLS);
        Tensor rstd = in.normal(ROWS);
        Tensor dX = in.normal(ROWS, COLS);
        Tensor dWeight = in.normal(COLS);
        backend.rmsNorm(x, weight, 1e-5, y, rstd);
        backend.rmsNormBackward(y, x, weight, rstd, dX, dWeight);
        return List.of(y, rstd, dX, dWeight);
      }
    },
    ACTIVATIONS {
      @Override
      List<Tensor> run(Backend backend, Inputs in) {
        Tensor x = in.normal(ROWS, COLS);
        Tensor tanh = in.normal(ROWS, COLS);
        Tensor exact = in.normal(ROWS, COLS);
        Tensor gated = in.normal(ROWS, COLS);
        Tensor gates = in.normal(ROWS, 2 * COLS);
        Tensor dGates = in.normal(ROWS, 2 * COLS);
        backend.elementwiseBackward(Elementwise.GELU_TANH, x, tanh, tanh);
        backend.elementwise(Elementwise.GELU, x, exact);
        Tensor logits = in.normal(ROWS, COLS);
        backend.elementwise(Elementwise.SIGSOFTMAX, logits, logits);
        backend.elementwiseBackward(Elementwise.TANH, x, logits, logits);
        backend.gated(Gate.SILU, gates, gated);
        backend.gatedBackward(Gate.SILU, gates, x, dGates);
        return List.of(tanh, exact, logits, gated, dGates);
      }
    },
    CROSS_ENTROPY {
      @Override
      List<Tensor> run(Backend backend, Inputs in) {
        Tensor logits = in.normal(ROWS, COLS);
        Tensor losses = in.normal(ROWS);
        var logSumExp = new LogSumExp(in.normal(ROWS), in.normal(ROWS));
        backend.logSumExpRows(logits, logSumExp);
        backend.crossEntropy(logits, in.ids(ROWS, COLS), 0.5, losses);
        return List.of(logits, losses, logSumExp.max(), logSumExp.rest());
      }
    },
    ATTENTION {
      @Override
      List<Tensor> run(Backend backend, Inputs in) {
        var shape = new AttentionShape(3, 130, 6, 2, 16);
        Tensor packed = in.normal(3, 130, shape.packedWidth());
        Tensor out = in.normal(3, 130, shape.outputWidth());
        Tensor normalisers = in.normal(3, 6, 130, 2);
        Tensor dPacked = in.normal(3, 130, shape.packedWidth());
        Tensor angles = in.normal(130, 8);
        backend.rotary(shape, angles, angles, packed);
        backend.attention(shape, packed, out, normalisers);
        Tensor dOut = in.normal(3, 130, shape.outputWidth());
        backend.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
        return List.of(packed, out, normalisers, dPacked);
      }
    },
    SUMS_OVER_ROWS {
      @Override
      List<Tensor> run(Backend backend, Inputs in) {
        Tensor dOut = in.normal(ROWS, COLS);
        Tensor dBias = in.normal(COLS);
        Tensor dTable = in.normal(7, COLS);
        backend.addBiasBackward(dOut, dBias);
        backend.embeddingBackward(dOut, in.ids(ROWS, 7), dTable);
        Tensor sums = in.scope.zeros(ElementType.F64, 2);
        backend.write(new double[] {backend.sumOfSquares(dOut), backend.dot(dOut, dOut)}, sums);
        return List.of(dBias, dTable, sums);
      }
    },
    ADAM_W {
      @Override
      List<Tensor> run(Backend backend, Inputs in) {
        Tensor parameter = in.normal(ROWS, COLS);
        Tensor gradient = in.normal(ROWS, COLS);
        Tensor first = in.normal(ROWS, COLS);
        Tensor second = in.scope.zeros(ElementType.F32, ROWS, COLS);
        Tensor step = in.scope.zeros(ElementType.F64, StepNumbers.SIZE);
        backend.write(new StepNumbers(3, 1e-3, 0.7).values(), step);
        var constants = new AdamWConstants(0.9, 0.95, 1e-8, 0.1);
        backend.adamW(constants, step, parameter, gradient, first, second);
        return List.of(parameter, first, second);
      }
    };

    abstract List<Tensor> run(Backend backend, Inputs in);
  }

  @ParameterizedTest
  @EnumSource(Operation.class)
  void bytesAreEqualOnAnyNumberOfThreadsInAnyRun(Operation operation) {
    List<double[]> first = null;
    for (int threads : new int[] {1, 2, 4}) {
      try (Backend backend = CpuBackend.open(threads)) {
        for (int run = 0; run < RUNS; run++) {
          List<double[]> outputs = run(backend, operation);
          first = first == null ? outputs : first;
          String where = " on %d threads, run %d, seed %d".formatted(threads, run, SEED);
          assertEquals(first.size(), outputs.size());
          for (int i = 0; i < outputs.size(); i++) {
            int output = i;
            assertTrue(
                Arrays.equals(first.get(i), outputs.get(i)), () -> "output " + output + where);
          }
        }
      }
    }
  }

  private static List<double[]> run(Backend backend, Operation operation) {
    try (TensorScope scope = backend.newScope()) {
      List<double[]> outputs = new ArrayList<>();
      for (Tensor output : operation.run(backend, new Inputs(backend, scope))) {
        outputs.add(backend.toDoubles(output));
      }
      return outputs;
    }
  }
}
