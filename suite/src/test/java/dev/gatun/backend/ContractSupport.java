package dev.gatun.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Runs an operation on the backend under test and on the oracle, and compares elementwise. What is
 * allowed is a multiple, kept as data, of what rounding the inputs once more would change: so it
 * follows the conditioning of every element, however long the sum or large the logit behind it.
 */
abstract class ContractSupport {
  private static final int PERTURBATIONS = 8;
  private static final int SHOWN = 8;

  /** Results this small may be flushed to zero. */
  private static final double UNDERFLOW = 1e-37;

  static final long SEED = Long.getLong("gatun.seed", 20261122L);

  private final Backend oracle = ReferenceBackend.open();
  private final Tolerances tolerances = new Tolerances();
  SplittableRandom random;
  Backend backend;

  private List<Backend> twins;

  /** Opens the backend under test. */
  protected abstract Backend open();

  /** Opens others whose results are the same bytes. */
  protected List<Backend> openTwins() {
    return List.of();
  }

  @BeforeEach
  void openBackend() {
    backend = open();
    twins = openTwins();
    random = new SplittableRandom(SEED);
  }

  @AfterEach
  void closeBackend() {
    backend.close();
    twins.forEach(Backend::close);
  }

  /** Checks an operation in the backend's real type. */
  void check(String tolerance, ContractRun.Operation operation, double[]... inputs) {
    check(tolerance, backend.real(), operation, inputs);
  }

  /** Checks an operation on F32 or F64 tensors. */
  void check(
      String tolerance, ElementType type, ContractRun.Operation operation, double[]... inputs) {
    check(tolerance, type, new double[0][], operation, inputs);
  }

  /**
   * Checks an operation whose intermediate results are larger than inputs and outputs tell.
   *
   * @param intermediate for each output, the size of what is rounded on the way to each element;
   *     may be shorter than the list of outputs
   */
  void check(
      String tolerance,
      ElementType type,
      double[][] intermediate,
      ContractRun.Operation operation,
      double[]... inputs) {
    double factor = tolerances.number(tolerance, "factor");
    double epsilon = type == ElementType.F32 ? 0x1p-24 : 0x1p-53;
    List<double[]> exact = Arrays.asList(inputs);
    List<double[]> got = run(backend, type, operation, exact);
    for (Backend twin : twins) {
      assertArrayEquals(got.toArray(), run(twin, type, operation, exact).toArray(), tolerance);
    }
    List<double[]> want = run(oracle, ElementType.F64, operation, exact);
    if (Arrays.deepEquals(got.toArray(), want.toArray())) {
      return; // Nothing is off by anything, as where the oracle itself is under test.
    }
    List<double[]> change = factor == 0 ? want : change(operation, exact, want, epsilon);
    for (int output = 0; output < want.size(); output++) {
      double[] allowed = new double[want.get(output).length];
      for (int i = 0; i < allowed.length; i++) {
        double size = Math.abs(want.get(output)[i]);
        if (output < intermediate.length) {
          size += intermediate[output][i];
        }
        double error = factor * (change.get(output)[i] + epsilon * size) + UNDERFLOW;
        allowed[i] = factor == 0 ? 0 : error;
      }
      String name = tolerance + ", output " + output;
      assertClose(name, rounded(want.get(output), type, factor), got.get(output), allowed);
    }
  }

  /** What the oracle makes of an operation, as F32 can hold it: inputs for a backward pass. */
  List<double[]> oracleOutputs(ContractRun.Operation operation, double[]... inputs) {
    return run(oracle, ElementType.F64, operation, List.of(inputs)).stream()
        .map(output -> Arrays.stream(output).map(x -> (float) x).toArray())
        .toList();
  }

  private static double[] rounded(double[] want, ElementType type, double factor) {
    return factor == 0 && type == ElementType.F32
        ? Arrays.stream(want).map(x -> (float) x).toArray()
        : want;
  }

  private List<double[]> change(
      ContractRun.Operation operation, List<double[]> inputs, List<double[]> want, double epsilon) {
    List<double[]> change = new ArrayList<>();
    want.forEach(x -> change.add(new double[x.length]));
    for (int k = 0; k < PERTURBATIONS; k++) {
      List<double[]> perturbed = new ArrayList<>();
      for (double[] input : inputs) {
        double[] copy = input.clone();
        for (int i = 0; i < copy.length; i++) {
          copy[i] *= random.nextBoolean() ? 1 + epsilon : 1 - epsilon;
        }
        perturbed.add(copy);
      }
      List<double[]> moved = run(oracle, ElementType.F64, operation, perturbed);
      for (int output = 0; output < want.size(); output++) {
        double[] most = change.get(output);
        for (int i = 0; i < most.length; i++) {
          most[i] = Math.max(most[i], Math.abs(moved.get(output)[i] - want.get(output)[i]));
        }
      }
    }
    return change;
  }

  private static List<double[]> run(
      Backend on, ElementType type, ContractRun.Operation operation, List<double[]> inputs) {
    try (TensorScope scope = on.newScope()) {
      List<double[]> outputs = new ArrayList<>();
      for (Tensor output : operation.run(new ContractRun(on, scope, type, inputs))) {
        outputs.add(
            output.type() == ElementType.I32
                ? Arrays.stream(on.toInts(output)).asDoubleStream().toArray()
                : on.toDoubles(output));
      }
      return outputs;
    }
  }

  /** Fails with the first mismatches, their indices and the seed. */
  static void assertClose(String name, double[] want, double[] got, double[] allowed) {
    assertEquals(want.length, got.length, name);
    int mismatches = 0;
    var text = new StringBuilder();
    for (int i = 0; i < want.length; i++) {
      // A NaN on either side alone is a mismatch: comparisons with it are false.
      boolean same = want[i] == got[i] || (Double.isNaN(want[i]) && Double.isNaN(got[i]));
      if (!same && !(Math.abs(got[i] - want[i]) <= allowed[i])) {
        if (mismatches++ < SHOWN) {
          text.append(
              String.format(
                  Locale.ROOT,
                  "%n  [%d] want %.9g, got %.9g, off by %.2g, allowed %.2g",
                  i,
                  want[i],
                  got[i],
                  Math.abs(got[i] - want[i]),
                  allowed[i]));
        }
      }
    }
    if (mismatches > 0) {
      fail(
          "%s: %d of %d elements are off; -Dgatun.seed=%d%s"
              .formatted(name, mismatches, want.length, SEED, text));
    }
  }

  /** Standard normal values times a factor, as F32 can hold them. */
  double[] normal(long size, double factor) {
    double[] values = new double[(int) size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (factor * random.nextGaussian());
    }
    return values;
  }

  double[] normal(long size) {
    return normal(size, 1);
  }

  /** Uniform ids from {@code least} to below {@code limit}. */
  int[] ids(int size, int least, int limit) {
    return random.ints(size, least, limit).toArray();
  }
}
