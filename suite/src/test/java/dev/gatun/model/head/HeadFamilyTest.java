package dev.gatun.model.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.model.HeadForm;
import dev.gatun.model.HeadForm.OutputBias;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.ParameterNames;
import dev.gatun.model.Parameters;
import dev.gatun.model.TinyModels;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every head against its formula, computed row by row in plain doubles: losses, scores, what the
 * tap sees, gradients, Jacobian; over several chunks of contexts.
 */
class HeadFamilyTest {
  private static final long SEED = 20261124;
  private static final int VOCABULARY = 60;
  private static final int WIDTH = 6;
  private static final int ROWS = 37;
  private static final double SCALE = 1.0 / 35;

  private static final Map<String, HeadForm> FORMS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("linear", new HeadForm.Linear(false)),
              Map.entry("linear tied", new HeadForm.Linear(true)),
              Map.entry("linear biased", new HeadForm.Linear(false, OutputBias.LEARNED)),
              Map.entry("linear tied biased", new HeadForm.Linear(true, OutputBias.LEARNED)),
              Map.entry("linear fixed bias", new HeadForm.Linear(false, OutputBias.LOG_UNIGRAM)),
              Map.entry("factorised", new HeadForm.Factorised(4)),
              Map.entry("sigsoftmax", new HeadForm.Sigsoftmax(false)),
              Map.entry("sigsoftmax tied", new HeadForm.Sigsoftmax(true)),
              Map.entry("mixture of 3", new HeadForm.MixtureOfSoftmaxes(3)),
              Map.entry("mixture of 1", new HeadForm.MixtureOfSoftmaxes(1)),
              Map.entry("3 hidden vectors", new HeadForm.MultipleHidden(3)),
              Map.entry("10 classes", new HeadForm.ClassFactored(10)),
              Map.entry("1 class", new HeadForm.ClassFactored(1))));

  private final List<AutoCloseable> open = new ArrayList<>();

  static Stream<String> heads() {
    return FORMS.keySet().stream();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable opened : open.reversed()) {
      opened.close();
    }
  }

  /** A head with rough weights on a backend that holds few logits at once. */
  private final class Subject {
    private final Backend backend;
    private final LanguageModel model;
    private final Tensor hidden;
    private final Tensor targets;
    private final int[] ids;
    private final HeadFormula formula;

    Subject(String name, Backend backend) {
      this.backend = backend;
      open.add(backend);
      TensorScope scope = backend.newScope();
      open.add(scope);
      TransformerConfig config =
          TransformerConfig.gpt2(VOCABULARY, WIDTH, 1, 2, 8).withHead(FORMS.get(name));
      model = TinyModels.rough(backend, config, SEED);
      open.add(model);
      hidden = scope.zeros(backend.real(), ROWS, WIDTH);
      targets = scope.zeros(ElementType.I32, ROWS);
      ids = TinyModels.tokens(ROWS, VOCABULARY, SEED);
      ids[3] = -1;
      ids[20] = -1;
      RandomGenerator random = new SplittableRandom(SEED);
      backend.write(
          IntStream.range(0, ROWS * WIDTH).mapToDouble(_ -> random.nextGaussian()).toArray(),
          hidden);
      backend.write(ids, targets);
      formula = new HeadFormula(model);
    }

    /** Gives all tokens, and all classes of them, one row of weights, of this size. */
    void makeRowsEqual(double size) {
      Parameters parameters = model.parameters();
      for (String parameter : parameters.names()) {
        Tensor value = parameters.value(parameter);
        if (parameter.equals("lm_head.bias")) {
          backend.fill(value, size);
        } else if (value.rows() == VOCABULARY || parameter.equals(ParameterNames.HEAD_CLASSES)) {
          double[] row = backend.toDoubles(value.rows(0, 1));
          for (long i = 0; i < value.rows(); i++) {
            backend.write(Arrays.stream(row).map(x -> x * size).toArray(), value.rows(i, 1));
          }
        }
      }
    }

    double[][] logProbabilities() {
      double[] h = backend.toDoubles(hidden);
      return IntStream.range(0, ROWS)
          .mapToObj(
              r -> formula.logProbabilities(Arrays.copyOfRange(h, r * WIDTH, (r + 1) * WIDTH)))
          .toArray(double[][]::new);
    }

    /** scale·(P − Y), by the formula. */
    double[] logitGradient() {
      double[][] logP = logProbabilities();
      double[] g = new double[ROWS * VOCABULARY];
      for (int r = 0; r < ROWS; r++) {
        for (int v = 0; v < VOCABULARY && ids[r] >= 0; v++) {
          g[r * VOCABULARY + v] = SCALE * (Math.exp(logP[r][v]) - (v == ids[r] ? 1 : 0));
        }
      }
      return g;
    }

    double meanLoss() {
      double[][] logP = logProbabilities();
      return IntStream.range(0, ROWS)
          .filter(r -> ids[r] >= 0)
          .mapToDouble(r -> -SCALE * logP[r][ids[r]])
          .sum();
    }
  }

  /** The oracle, made to cut contexts into chunks. */
  private static Backend oracle() {
    return ReferenceBackend.open(1);
  }

  @ParameterizedTest
  @MethodSource("heads")
  void lossesScoresAndTapFollowTheFormula(String name) {
    Subject s = new Subject(name, oracle());
    Head head = s.model.head();
    double[] seen = new double[ROWS * VOCABULARY];
    int[] chunks = new int[1];
    double loss =
        head.streamGradient(
            s.hidden,
            s.targets,
            SCALE,
            (first, chunk) -> {
              chunks[0]++;
              double[] values = s.backend.toDoubles(chunk);
              System.arraycopy(values, 0, seen, (int) first * VOCABULARY, values.length);
            });
    String message = name + ", seed " + SEED;
    assertTrue(chunks[0] > 1, message);
    assertEquals(s.meanLoss(), loss, 1e-12, message);
    assertArrayEquals(s.logitGradient(), seen, 1e-14, message);

    HeadScores scores = head.scores(s.hidden, s.targets);
    double[][] logP = s.logProbabilities();
    assertEquals(s.meanLoss(), SCALE * scores.lossSum(), 1e-12, message);
    assertEquals(ROWS - 2, scores.targets(), message);
    assertEquals(
        IntStream.range(0, ROWS)
            .filter(r ->
                s.ids[r] >= 0 && Arrays.stream(logP[r]).max().orElseThrow() == logP[r][s.ids[r]])
            .count(),
        scores.correct(),
        message);
  }

  /** All tokens are alike, so that P is 1/V, and the logits of F32 are equal to the last bit. */
  @ParameterizedTest
  @MethodSource("heads")
  void equalRowsOfAnySizeGiveEvenProbabilities(String name) {
    for (double size : new double[] {1, 1e3, 1e6, 1e15, 1e30}) {
      Subject s = new Subject(name, CpuBackend.open(1));
      s.makeRowsEqual(size);
      double[] seen = new double[ROWS * VOCABULARY];
      double loss =
          s.model
              .head()
              .streamGradient(
                  s.hidden,
                  s.targets,
                  1,
                  (first, chunk) -> {
                    double[] values = s.backend.toDoubles(chunk);
                    System.arraycopy(values, 0, seen, (int) first * VOCABULARY, values.length);
                  });
      String message = "%s, weights of %s, seed %s".formatted(name, size, SEED);
      assertEquals(Math.log(VOCABULARY), loss / (ROWS - 2), 1e-5, message);
      assertEquals(
          Math.log(VOCABULARY),
          s.model.head().scores(s.hidden, s.targets).meanLoss(),
          1e-5,
          message);
      for (int i = 0; i < seen.length; i++) {
        int id = s.ids[i / VOCABULARY];
        double want = id < 0 ? 0 : 1.0 / VOCABULARY - (i % VOCABULARY == id ? 1 : 0);
        assertEquals(want, seen[i], 1e-6, message);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("heads")
  void tapChangesNoGradientAndSeesTheSameAsTheStream(String name) {
    Subject s = new Subject(name, oracle());
    Head head = s.model.head();
    double[] plainHidden = gradients(s, BlockVisitor.NONE);
    double[] plain = s.backend.toDoubles(s.model.parameters().gradients());
    s.model.parameters().clearGradients();
    double[] sum = new double[1];
    double[] tappedHidden = gradients(s, (_, chunk) -> sum[0] += s.backend.sumOfSquares(chunk));
    assertArrayEquals(plainHidden, tappedHidden, name);
    assertArrayEquals(plain, s.backend.toDoubles(s.model.parameters().gradients()), name);
    double expected = Arrays.stream(s.logitGradient()).map(g -> g * g).sum();
    assertEquals(expected, sum[0], 1e-14, name);

    // No parameter's gradient changes, and the hidden states' is the same, without the head's own.
    try (TensorScope scope = s.backend.newScope()) {
      Tensor dHidden = scope.zeros(s.backend.real(), ROWS, WIDTH);
      head.hiddenGradients(s.hidden, s.targets, SCALE, dHidden);
      assertArrayEquals(plainHidden, s.backend.toDoubles(dHidden), name);
    }
    assertArrayEquals(plain, s.backend.toDoubles(s.model.parameters().gradients()), name);
  }

  private static double[] gradients(Subject s, BlockVisitor tap) {
    try (TensorScope scope = s.backend.newScope()) {
      Tensor dHidden = scope.zeros(s.backend.real(), ROWS, WIDTH);
      s.model.head().lossAndGradients(s.hidden, s.targets, SCALE, dHidden, tap);
      return s.backend.toDoubles(dHidden);
    }
  }

  @ParameterizedTest
  @MethodSource("heads")
  void gradientsAreSlopesOfTheFormula(String name) {
    Subject s = new Subject(name, oracle());
    double[] dHidden = gradients(s, BlockVisitor.NONE);
    assertSlopes(name + " hidden", s, s.hidden, dHidden);
    boolean fixed = s.model.config().outputBias() == OutputBias.LOG_UNIGRAM;
    for (String parameter : s.model.parameters().names()) {
      if (fixed && parameter.equals("lm_head.bias")) {
        double[] none = s.backend.toDoubles(s.model.parameters().gradient(parameter));
        assertArrayEquals(new double[VOCABULARY], none, name);
      } else if (parameter.startsWith("lm_head")
          || (s.model.config().isTied() && parameter.endsWith("wte.weight"))) {
        double[] gradient = s.backend.toDoubles(s.model.parameters().gradient(parameter));
        assertSlopes(name + " " + parameter, s, s.model.parameters().value(parameter), gradient);
      }
    }
  }

  private static void assertSlopes(String name, Subject s, Tensor of, double[] gradient) {
    double step = 6e-6;
    double[] values = s.backend.toDoubles(of);
    for (int i = 0; i < values.length; i += Math.max(1, values.length / 60)) {
      double kept = values[i];
      values[i] = kept + step;
      s.backend.write(values, of);
      double above = s.meanLoss();
      values[i] = kept - step;
      s.backend.write(values, of);
      double below = s.meanLoss();
      values[i] = kept;
      s.backend.write(values, of);
      double slope = (above - below) / (2 * step);
      assertEquals(slope, gradient[i], 1e-8 + 1e-6 * Math.abs(slope), name + "[" + i + "]");
    }
  }

  @ParameterizedTest
  @MethodSource("heads")
  void jacobianIsTheSlopeOfTheLogProbabilitiesAndTurnsTheTapIntoTheHiddenGradient(String name) {
    Subject s = new Subject(name, oracle());
    double[] dHidden = gradients(s, BlockVisitor.NONE);
    double[] g = s.logitGradient();
    int row = 5;
    double[] before = s.backend.toDoubles(s.model.parameters().gradients());
    try (var jacobian = new HeadJacobian(s.backend, s.model.head(), WIDTH)) {
      double[] j = s.backend.toDoubles(jacobian.at(s.hidden.rows(row, 1)));
      double[] h = s.backend.toDoubles(s.hidden.rows(row, 1));
      double step = 6e-6;
      for (int d = 0; d < WIDTH; d++) {
        double kept = h[d];
        h[d] = kept + step;
        double[] above = s.formula.logProbabilities(h);
        h[d] = kept - step;
        double[] below = s.formula.logProbabilities(h);
        h[d] = kept;
        double back = 0;
        for (int v = 0; v < VOCABULARY; v++) {
          double slope = (above[v] - below[v]) / (2 * step);
          assertEquals(slope, j[v * WIDTH + d], 1e-8 + 1e-6 * Math.abs(slope), name);
          back += j[v * WIDTH + d] * g[row * VOCABULARY + v];
        }
        assertEquals(dHidden[row * WIDTH + d], back, 1e-12, name);
      }
    }
    assertArrayEquals(before, s.backend.toDoubles(s.model.parameters().gradients()), name);
  }

  @ParameterizedTest
  @MethodSource("heads")
  void cpuFollowsTheOracle(String name) {
    Subject exact = new Subject(name, oracle());
    Subject cpu = new Subject(name, CpuBackend.open(2));
    assertArrayEquals(
        gradients(exact, BlockVisitor.NONE), gradients(cpu, BlockVisitor.NONE), 2e-6, name);
    assertArrayEquals(
        exact.backend.toDoubles(exact.model.parameters().gradients()),
        cpu.backend.toDoubles(cpu.model.parameters().gradients()),
        5e-6,
        name);
    HeadScores want = exact.model.head().scores(exact.hidden, exact.targets);
    HeadScores got = cpu.model.head().scores(cpu.hidden, cpu.targets);
    assertEquals(want.meanLoss(), got.meanLoss(), 2e-6, name);
    assertEquals(want.correct(), got.correct(), name);
  }

  @ParameterizedTest
  @MethodSource("heads")
  void probabilitiesThatUnderflowHaveFiniteLossesAndGradients(String name) {
    Subject s = new Subject(name, CpuBackend.open(1));
    s.backend.scale(60, s.hidden);
    double[] dHidden = gradients(s, BlockVisitor.NONE);
    assertTrue(Arrays.stream(dHidden).allMatch(Double::isFinite), name);
    double loss = s.model.head().scores(s.hidden, s.targets).lossSum() * SCALE;
    assertEquals(s.meanLoss(), loss, 1e-5 * s.meanLoss(), name);
    assertEquals(-1, s.backend.firstNonFinite(s.model.parameters().gradients()), name);
  }

  @ParameterizedTest
  @MethodSource("heads")
  void onlyLinearHeadsAmountToAMatrix(String name) {
    Subject s = new Subject(name, oracle());
    try (TensorScope scope = s.backend.newScope()) {
      if (s.model.head() instanceof MatrixHead matrix) {
        assertEquals(VOCABULARY, matrix.weights(scope).rows());
      } else {
        var thrown =
            assertThrows(IllegalArgumentException.class, () -> s.model.head().weights(scope), name);
        assertTrue(thrown.getMessage().contains("measure its Jacobian"), thrown.getMessage());
      }
    }
  }
}
