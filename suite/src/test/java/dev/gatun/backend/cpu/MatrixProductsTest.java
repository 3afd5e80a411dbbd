package dev.gatun.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gatun.backend.Transpose;
import dev.gatun.backend.cpu.Tiling.Unpacked;
import dev.gatun.natives.ForkedJvm;
import dev.gatun.natives.blas.BlasLibrary;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Shape;
import dev.gatun.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The number of threads changes no bit of a product, whatever kernels the library has for the
 * processor.
 */
class MatrixProductsTest {
  private static final long SEED = 20261128;
  private static final int RANDOM_SHAPES = 30;
  private static final int[] THREADS = {2, 3, 7, 16};

  /** Extents [m, n, k]: those of the training steps, and some that lie at a limit of the cut. */
  private static final List<int[]> SHAPES =
      List.of(
          new int[] {512, 512, 512},
          new int[] {2048, 256, 96},
          new int[] {128, 8192, 32},
          new int[] {8192, 96, 32},
          new int[] {96, 32, 8192},
          new int[] {128, 32, 8192},
          new int[] {8, 8192, 96},
          new int[] {8, 96, 8192},
          new int[] {241, 4097, 33},
          new int[] {193, 64, 8193},
          new int[] {4609, 16, 64},
          new int[] {25, 300, 600},
          new int[] {49, 1, 100_000},
          new int[] {1, 9000, 700},
          new int[] {128, 128, 128},
          new int[] {128, 512, 2048},
          new int[] {256, 1024, 64});

  /** Narrow products are cut in one of the two ways, by their shape alone. */
  @ParameterizedTest
  @EnumSource(names = {"NONE", "ALL"})
  void bytesAreEqualOnAnyNumberOfThreads(Unpacked unpacked) {
    BlasLibrary library = BlasLibrary.load();
    assumeTrue(
        unpacked == Unpacked.ALL
            ? library.name().equals("OpenBLAS")
            : library.keepsBitsWhenRowsAreCut(),
        () -> "SKIPPED: products are not cut so with " + library.name());
    assertEquals("", differences(unpacked));
  }

  /** Kernels are chosen when the library is loaded, so other ones need a process of their own. */
  @ParameterizedTest
  @ValueSource(strings = {"Haswell", "SkylakeX"})
  void bytesAreEqualWithTheKernelsOfAnotherProcessor(String coreType) throws Exception {
    assumeTrue(
        coreType.equals("Haswell") || Lanes.BYTES == 64,
        "SKIPPED: this processor has no AVX-512, which the kernels for SkylakeX need");
    var environment =
        Map.of(
            "OPENBLAS_CORETYPE",
            coreType,
            "JDK_JAVA_OPTIONS",
            "--add-modules=jdk.incubator.vector");
    Process process = ForkedJvm.start(environment, MatrixProductsTest.class);
    String output = ForkedJvm.output(process);
    assertEquals(0, process.waitFor(), output);
    assertTrue(output.contains("kernels of " + coreType), output);
  }

  /** B is copied without gaps where that is faster; the product is the one of B where it lies. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void aCopyOfTheRightOperandChangesNoBit(ElementType type) {
    BlasLibrary.load();
    int n = 512;
    Tiling copying = Tiling.unpacked(type, Transpose.NO, n, n, n);
    var reading =
        new Tiling(
            n,
            n,
            n,
            copying.rows(),
            copying.cols(),
            copying.depth(),
            copying.blockRows(),
            copying.blockDepth(),
            false);
    var random = new SplittableRandom(SEED);
    try (var arena = Arena.ofConfined()) {
      MemorySegment a = uniform(arena, type, n * n, random);
      MemorySegment b = uniform(arena, type, n * n, random);
      MemorySegment scratch = arena.allocate(copying.layoutElements() * type.byteSize(), 64);
      MemorySegment read = product(reading, type, a, b, MemorySegment.NULL);
      assertEquals(-1, read.mismatch(product(copying, type, a, b, scratch)));
      assertNotEquals(0, scratch.get(ValueLayout.JAVA_LONG, 0), "B was copied");
    }
  }

  private static MemorySegment product(
      Tiling tiling, ElementType type, MemorySegment a, MemorySegment b, MemorySegment scratch) {
    var left = new MatrixOperand(type, a, Transpose.NO, tiling.k());
    var right = new MatrixOperand(type, b, Transpose.NO, tiling.n());
    var product = new TiledProduct(tiling, 1, left, right);
    var c = Arena.ofAuto().allocate((long) tiling.m() * tiling.n() * type.byteSize(), 64);
    for (int tile = 0; tile < tiling.tiles(); tile++) {
      product.run(tile, 0, c, scratch);
    }
    return c;
  }

  /** Run in a process of its own: ends with 1 if a product depends on the number of threads. */
  public static void main(String[] arguments) {
    var library = BlasLibrary.load();
    String differences = differences(Unpacked.fastest(library.coreType()));
    System.out.println("kernels of " + library.coreType() + differences);
    System.exit(differences.isEmpty() ? 0 : 1);
  }

  /** The products that differ from those on one thread, one per line. */
  private static String differences(Unpacked unpacked) {
    var random = new SplittableRandom(SEED);
    var differences = new StringBuilder();
    Stream.concat(SHAPES.stream(), Stream.generate(() -> randomShape(random)).limit(RANDOM_SHAPES))
        .forEach(shape -> {
          for (ElementType type : List.of(ElementType.F32, ElementType.F64)) {
            Transpose ta = random.nextBoolean() ? Transpose.YES : Transpose.NO;
            Transpose tb = random.nextBoolean() ? Transpose.YES : Transpose.NO;
            differences.append(differences(unpacked, type, ta, tb, shape, random));
          }
        });
    return differences.toString();
  }

  private static int[] randomShape(SplittableRandom random) {
    return new int[] {random.nextInt(1, 700), random.nextInt(1, 700), random.nextInt(1, 400)};
  }

  private static String differences(
      Unpacked unpacked,
      ElementType type,
      Transpose ta,
      Transpose tb,
      int[] shape,
      SplittableRandom random) {
    int m = shape[0];
    int n = shape[1];
    int k = shape[2];
    var differences = new StringBuilder();
    try (var arena = Arena.ofShared()) {
      MemorySegment a = uniform(arena, type, m * k, random);
      MemorySegment b = uniform(arena, type, k * n, random);
      MemorySegment before = uniform(arena, type, m * n, random);
      double beta = random.nextInt(2);
      MemorySegment first = null;
      for (int threads : Stream.concat(Stream.of(1), Arrays.stream(THREADS).boxed()).toList()) {
        MemorySegment c = arena.allocate(before.byteSize(), 64).copyFrom(before);
        try (var pool = new WorkerPool(threads)) {
          new MatrixProducts(pool, unpacked, threads)
              .gemm(
                  ta,
                  tb,
                  1,
                  matrix(type, ta, m, k, a),
                  matrix(type, tb, k, n, b),
                  beta,
                  matrix(type, Transpose.NO, m, n, c));
        }
        first = first == null ? c : first;
        if (first.mismatch(c) >= 0) {
          differences.append(
              "%n%s %s%s %dx%dx%d, beta %.0f, on %d threads, seed %d"
                  .formatted(type, ta, tb, m, n, k, beta, threads, SEED));
        }
      }
    }
    return differences.toString();
  }

  /** A matrix whose op is [rows, cols]. */
  private static Tensor matrix(
      ElementType type, Transpose transpose, int rows, int cols, MemorySegment values) {
    Shape shape = transpose == Transpose.NO ? Shape.of(rows, cols) : Shape.of(cols, rows);
    return Tensor.onHost(type, shape, values);
  }

  /** Uniform in [−1, 1), by whole arrays: the compiler of the processes here is a quick one. */
  private static MemorySegment uniform(
      Arena arena, ElementType type, int count, SplittableRandom random) {
    int[] drawn = random.ints(count).toArray();
    MemorySegment values = arena.allocate((long) count * type.byteSize(), 64);
    if (type == ElementType.F32) {
      float[] floats = new float[count];
      for (int i = 0; i < count; i++) {
        floats[i] = drawn[i] * 0x1p-31f;
      }
      MemorySegment.copy(floats, 0, values, ValueLayout.JAVA_FLOAT, 0, count);
    } else {
      double[] doubles = new double[count];
      for (int i = 0; i < count; i++) {
        doubles[i] = drawn[i] * 0x1p-31 + (drawn[(i + 1) % count] >>> 9) * 0x1p-54;
      }
      MemorySegment.copy(doubles, 0, values, ValueLayout.JAVA_DOUBLE, 0, count);
    }
    return values;
  }
}
