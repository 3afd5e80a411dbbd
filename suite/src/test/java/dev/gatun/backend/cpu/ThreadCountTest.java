package dev.gatun.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AdamWConstants;
import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.Elementwise;
import dev.gatun.backend.Gate;
import dev.gatun.backend.LogSumExp;
import dev.gatun.backend.StepNumbers;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Equal inputs give equal bytes on 1, 2 and 4 threads, for every operation that sums. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ThreadCountTest {
  private static final long SEED = 7;

  private List<Backend> backends;

  @BeforeAll
  void open() {
    backends = Stream.of(1, 2, 4).map(CpuBackend::open).toList();
  }

  @AfterAll
  void close() {
    backends.forEach(Backend::close);
  }

  /** Runs on one backend; every call of {@code tensor} gives the same values on each. */
  private static final class Run {
    final Backend backend;
    final TensorScope scope;
    final SplittableRandom random = new SplittableRandom(SEED);

    Run(Backend backend, TensorScope scope) {
      this.backend = backend;
      this.scope = scope;
    }

    Tensor tensor(ElementType type, long... extents) {
      Tensor tensor = scope.zeros(type, extents);
      double[] values = new double[(int) tensor.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextGaussian();
      }
      backend.write(values, tensor);
      return tensor;
    }

    Tensor tensor(long... extents) {
      return tensor(ElementType.F32, extents);
    }

    Tensor zeros(long... extents) {
      return scope.zeros(ElementType.F32, extents);
    }

    Tensor ids(int limit, int count) {
      Tensor ids = scope.zeros(ElementType.I32, count);
      backend.write(random.ints(count, 0, limit).toArray(), ids);
      return ids;
    }

    Tensor number(double value) {
      Tensor tensor = scope.zeros(ElementType.F64, 1);
      backend.write(new double[] {value}, tensor);
      return tensor;
    }
  }

  private interface Operation {
    List<Tensor> run(Run run);
  }

  private static Arguments operation(String name, Operation operation) {
    return Arguments.of(name, operation);
  }

  static Stream<Arguments> operations() {
    return Stream.of(products(), linearAlgebra(), vectors(), transformer()).flatMap(s -> s);
  }

  private static Stream<Arguments> products() {
    var all = new ArrayList<Arguments>();
    int[][] shapes = {
      {5, 7, 3}, {300, 32, 2100}, {513, 771, 131}, {400, 300, 900}, {96, 130, 8200}
    };
    for (int[] shape : shapes) {
      for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
        for (Transpose ta : Transpose.values()) {
          for (Transpose tb : Transpose.values()) {
            String name =
                "gemm %s %s %s %dx%dx%d".formatted(type, ta, tb, shape[0], shape[1], shape[2]);
            all.add(operation(name, run -> gemm(run, type, ta, tb, shape[0], shape[1], shape[2])));
          }
        }
        for (Transpose transpose : Transpose.values()) {
          String name = "syrk %s %s %dx%d".formatted(type, transpose, shape[0], shape[2]);
          all.add(operation(name, run -> syrk(run, type, transpose, shape[0], shape[2])));
        }
      }
    }
    return all.stream();
  }

  private static List<Tensor> gemm(
      Run run, ElementType type, Transpose ta, Transpose tb, int m, int n, int k) {
    Tensor a = ta == Transpose.NO ? run.tensor(type, m, k) : run.tensor(type, k, m);
    Tensor b = tb == Transpose.NO ? run.tensor(type, k, n) : run.tensor(type, n, k);
    Tensor c = run.tensor(type, m, n);
    run.backend.gemm(ta, tb, 0.7, a, b, 0.3, c);
    return List.of(c);
  }

  private static List<Tensor> syrk(Run run, ElementType type, Transpose transpose, int n, int k) {
    Tensor a = transpose == Transpose.NO ? run.tensor(type, n, k) : run.tensor(type, k, n);
    Tensor c = run.tensor(ElementType.F64, n, n);
    run.backend.syrk(transpose, a, 0.3, c);
    return List.of(c);
  }

  private static Stream<Arguments> linearAlgebra() {
    return Stream.of(
        operation(
            "symmetricEigenvalues",
            run -> {
              Tensor values = run.scope.zeros(ElementType.F64, 600);
              run.backend.symmetricEigenvalues(run.tensor(ElementType.F64, 600, 600), values);
              return List.of(values);
            }),
        operation(
            "svd",
            run -> {
              Tensor u = run.zeros(90, 40);
              Tensor sigma = run.zeros(40);
              Tensor vt = run.zeros(40, 40);
              run.backend.svd(run.tensor(90, 40), u, sigma, vt);
              return List.of(u, sigma, vt);
            }),
        operation(
            "qr, cholesky, solve",
            run -> {
              Tensor a = run.tensor(ElementType.F64, 300, 200);
              Tensor gram = run.scope.zeros(ElementType.F64, 200, 200);
              run.backend.syrk(Transpose.YES, a, 0, gram);
              Tensor r = run.scope.zeros(ElementType.F64, 200, 200);
              run.backend.qr(a, r);
              run.backend.cholesky(gram);
              Tensor b = run.tensor(ElementType.F64, 200, 700);
              run.backend.choleskySolve(gram, b);
              return List.of(a, r, gram, b);
            }));
  }

  private static Stream<Arguments> vectors() {
    return Stream.of(
        operation(
            "dot",
            run -> List.of(run.number(run.backend.dot(run.tensor(99_999), run.tensor(99_999))))),
        operation(
            "sumOfSquares",
            run ->
                List.of(run.number(run.backend.sumOfSquares(run.tensor(ElementType.F64, 77_777))))),
        operation(
            "axpy, scale, argmaxRows",
            run -> {
              Tensor y = run.tensor(301, 333);
              run.backend.axpy(0.3, run.tensor(301, 333), y);
              run.backend.scale(1.1, y);
              Tensor indices = run.scope.zeros(ElementType.I32, 301);
              run.backend.argmaxRows(y, indices);
              return List.of(y, indices);
            }));
  }

  private static Stream<Arguments> transformer() {
    return Stream.of(
        operation(
            "embedding",
            run -> {
              Tensor table = run.tensor(50, 130);
              Tensor ids = run.ids(50, 3000);
              Tensor out = run.zeros(3000, 130);
              run.backend.embedding(table, ids, out);
              run.backend.embeddingBackward(out, ids, table);
              return List.of(table, out);
            }),
        operation(
            "bias",
            run -> {
              Tensor x = run.tensor(3000, 130);
              Tensor bias = run.tensor(130);
              run.backend.addBias(bias, x);
              run.backend.addBiasBackward(x, bias);
              return List.of(x, bias);
            }),
        operation("layerNorm", ThreadCountTest::layerNorm),
        operation("rmsNorm", ThreadCountTest::rmsNorm),
        operation("gelu, swiglu", ThreadCountTest::activations),
        operation("rotary, attention", ThreadCountTest::attention),
        operation("crossEntropy", ThreadCountTest::crossEntropy),
        operation(
            "adamW",
            run -> {
              Tensor p = run.tensor(99_999);
              Tensor m = run.zeros(99_999);
              Tensor v = run.zeros(99_999);
              Tensor step = run.scope.zeros(ElementType.F64, StepNumbers.SIZE);
              run.backend.write(new StepNumbers(3, 1e-3, 0.5).values(), step);
              var constants = new AdamWConstants(0.9, 0.95, 1e-8, 0.1);
              run.backend.adamW(constants, step, p, run.tensor(99_999), m, v);
              return List.of(p, m, v);
            }));
  }

  private static List<Tensor> layerNorm(Run run) {
    Tensor x = run.tensor(3000, 130);
    Tensor weight = run.tensor(130);
    Tensor y = run.zeros(3000, 130);
    Tensor mean = run.zeros(3000);
    Tensor rstd = run.zeros(3000);
    run.backend.layerNorm(x, weight, run.tensor(130), 1e-5, y, mean, rstd);
    Tensor dX = run.zeros(3000, 130);
    Tensor dWeight = run.zeros(130);
    Tensor dBias = run.zeros(130);
    run.backend.layerNormBackward(y, x, weight, mean, rstd, dX, dWeight, dBias);
    return List.of(y, mean, rstd, dX, dWeight, dBias);
  }

  private static List<Tensor> rmsNorm(Run run) {
    Tensor x = run.tensor(3000, 130);
    Tensor weight = run.tensor(130);
    Tensor y = run.zeros(3000, 130);
    Tensor rstd = run.zeros(3000);
    run.backend.rmsNorm(x, weight, 1e-5, y, rstd);
    Tensor dX = run.zeros(3000, 130);
    Tensor dWeight = run.zeros(130);
    run.backend.rmsNormBackward(y, x, weight, rstd, dX, dWeight);
    return List.of(y, rstd, dX, dWeight);
  }

  private static List<Tensor> activations(Run run) {
    Tensor x = run.tensor(700, 258);
    Tensor y = run.zeros(700, 258);
    run.backend.elementwise(Elementwise.GELU_TANH, x, y);
    Tensor dX = run.zeros(700, 258);
    run.backend.elementwiseBackward(Elementwise.GELU, x, y, dX);
    Tensor gated = run.zeros(700, 129);
    run.backend.gated(Gate.SILU, x, gated);
    Tensor dGated = run.zeros(700, 258);
    run.backend.gatedBackward(Gate.SILU, x, gated, dGated);
    return List.of(y, dX, gated, dGated);
  }

  private static List<Tensor> attention(Run run) {
    var shape = new AttentionShape(3, 131, 4, 2, 16);
    Tensor packed = run.tensor(3, 131, shape.packedWidth());
    Tensor cos = run.tensor(131, 8);
    Tensor sin = run.tensor(131, 8);
    run.backend.rotary(shape, cos, sin, packed);
    Tensor out = run.zeros(3, 131, shape.outputWidth());
    Tensor normalisers = run.zeros(3, 4, 131, 2);
    run.backend.attention(shape, packed, out, normalisers);
    Tensor dPacked = run.zeros(3, 131, shape.packedWidth());
    Tensor dOut = run.tensor(3, 131, shape.outputWidth());
    run.backend.attentionBackward(shape, packed, out, normalisers, dOut, dPacked);
    run.backend.rotaryBackward(shape, cos, sin, dPacked);
    return List.of(packed, out, normalisers, dPacked);
  }

  private static List<Tensor> crossEntropy(Run run) {
    Tensor logits = run.tensor(300, 1001);
    Tensor targets = run.ids(1001, 300);
    var sums = new LogSumExp(run.zeros(300), run.zeros(300));
    run.backend.logSumExpRows(logits, sums);
    Tensor columns = run.tensor(300, 77);
    run.backend.crossEntropyColumns(columns, sums, targets, 40, 0.1);
    Tensor losses = run.zeros(300);
    run.backend.crossEntropy(logits, targets, 0.1, losses);
    return List.of(logits, sums.max(), sums.rest(), columns, losses);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void equalBytesOnOneTwoAndFourThreads(String name, Operation operation) {
    List<long[]> expected = null;
    for (Backend backend : backends) {
      try (TensorScope scope = backend.newScope()) {
        List<long[]> bits =
            operation.run(new Run(backend, scope)).stream().map(t -> bits(backend, t)).toList();
        if (expected == null) {
          expected = bits;
          assertTrue(
              bits.stream().allMatch(b -> LongStream.of(b).distinct().count() > b.length / 100));
        }
        for (int i = 0; i < bits.size(); i++) {
          String what =
              name + ", output " + i + ", " + backend.device().threads() + " threads, seed " + SEED;
          assertArrayEquals(expected.get(i), bits.get(i), what);
        }
      }
    }
  }

  private static long[] bits(Backend backend, Tensor tensor) {
    if (tensor.type() == ElementType.I32) {
      return Arrays.stream(backend.toInts(tensor)).asLongStream().toArray();
    }
    return Arrays.stream(backend.toDoubles(tensor))
        .mapToLong(Double::doubleToRawLongBits)
        .toArray();
  }
}
