package dev.gatun.spectrum;

import static dev.gatun.backend.ScarceMemory.leavesNothing;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LogitCap;
import dev.gatun.backend.TensorScope;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class FailedAllocationTest {
  private static final int CONTEXTS = 6;
  private static final int VOCABULARY = 5;
  private static final int WIDTH = 3;

  /** Opens something over hidden states H [N, D], weights W [V, D] and a gradient G [N, V]. */
  private interface Opening {
    AutoCloseable of(Backend backend, Tensor hidden, Tensor weights, Tensor gradient);
  }

  private static DynamicTest test(String name, Opening opening) {
    return leavesNothing(
        name,
        (backend, scope) -> {
          var matrices = new Matrices(backend, scope, SpectrumTestBase.SEED);
          opening
              .of(
                  backend,
                  matrices.gaussian(CONTEXTS, WIDTH),
                  matrices.gaussian(VOCABULARY, WIDTH),
                  matrices.gaussian(CONTEXTS, VOCABULARY))
              .close();
        });
  }

  @TestFactory
  Stream<DynamicTest> leavesNothingOpen() {
    return Stream.of(
        test("QR", (backend, _, _, g) -> new QrSpectrum(backend, g.cols())),
        test("Gram", (backend, _, _, g) -> GramSpectrum.ofRows(backend, g.cols())),
        test("subspace", (backend, _, w, _) -> new HeadSubspace(backend, w)),
        test("components", (backend, _, _, g) -> new GradientComponents(backend, chunks(g))),
        test(
            "Jacobian",
            (backend, _, _, _) -> new JacobianProjection(backend, VOCABULARY, WIDTH, CONTEXTS)),
        test("step", (backend, h, w, g) -> new LogitStep(backend, 1, h, w, chunks(g))),
        leavesNothing("loss curves", FailedAllocationTest::lossCurves),
        leavesNothing("projections", FailedAllocationTest::projections));
  }

  private static RowChunks chunks(Tensor gradient) {
    return Matrices.chunks(gradient, 2);
  }

  private static void lossCurves(Backend backend, TensorScope scope) {
    var matrices = new Matrices(backend, scope, SpectrumTestBase.SEED);
    new LossCurves(
            backend,
            matrices.gaussian(CONTEXTS, WIDTH),
            matrices.gaussian(VOCABULARY, WIDTH),
            Optional.empty(),
            LogitCap.of(backend, OptionalDouble.of(2)),
            scope.zeros(ElementType.I32, CONTEXTS))
        .close();
  }

  private static void projections(Backend backend, TensorScope scope) {
    var matrices = new Matrices(backend, scope, SpectrumTestBase.SEED);
    Tensor weights = matrices.gaussian(VOCABULARY, WIDTH);
    try (var projection = new HeadProjection(backend, weights);
        var calibrated = new CalibratedProjection(backend, projection.subspace())) {
      projection.add(matrices.narrowed(matrices.gaussian(CONTEXTS, VOCABULARY)));
      calibrated.add(matrices.gaussian(CONTEXTS, VOCABULARY));
    }
  }
}
