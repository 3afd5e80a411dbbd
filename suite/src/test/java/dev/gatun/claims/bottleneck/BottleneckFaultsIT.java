package dev.gatun.claims.bottleneck;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.FaultFamily;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.SmallestFaults;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.measure.HeadMeasures;
import dev.gatun.spectrum.GradientComponents;
import dev.gatun.spectrum.GradientProjection;
import dev.gatun.spectrum.HeadProjection;
import dev.gatun.spectrum.LogitDirection;
import dev.gatun.spectrum.LogitStep;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/** The smallest faults of A1 to A5, A9, A10, G2 and G3 that are found. */
class BottleneckFaultsIT extends SmallestFaults {
  private static final List<Double> SHARES = List.of(0.0625, 0.125, 0.25, 0.5, 0.75, 1.0);
  private static final List<Double> SCALES = List.of(1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0);

  /** Trained a little at the quick tier's widths, for the projection alone. */
  private static final Sweep PROJECTED = new Sweep("projected", SmallBottleneck::projected);

  private static final Sweep ONE_SEED =
      new Sweep("one-seed", seed -> SmallBottleneck.plan(seed, 1));
  private static final Sweep TAKEN_APART = new Sweep("taken-apart", SmallBottleneck::takenApart);
  private static final Sweep TAKEN_APART_TWICE =
      new Sweep("taken-apart-twice", SmallBottleneck::takenApartTwice);
  private static final Sweep RANKED = new Sweep("ranked", SmallBottleneck::ranked);

  private final Backend backend = CpuBackend.open(1);

  @TempDir private Path output;

  private record Sweep(String name, LongFunction<BottleneckPlan> plan) {}

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Override
  protected List<FaultFamily> families() {
    return List.of(
        family(
            "A1",
            "The projector has random directions beside those of the head.",
            "share of D that is added",
            SHARES,
            "",
            PROJECTED,
            of -> new SweepClaim("A1", of.runs()),
            size -> widened(_ -> size)),
        family(
            "A2",
            "The head and its inputs have a dimension too many in the step, with small entries.",
            "those entries over the others",
            SCALES,
            "",
            ONE_SEED,
            of -> new SweepClaim("A2", of.withSpectra()),
            BottleneckFaultsIT::stepOfAWiderHead),
        family(
            "A3",
            "The matrix whose singular values are taken carries noise.",
            "its entries over those of the matrix",
            SCALES,
            "",
            ONE_SEED,
            SmallBottleneck::a3,
            BottleneckFaultsIT::noisySpectrum),
        family(
            "A4",
            "A part of every batch repeats the contexts of the smallest one.",
            "share of the contexts",
            SHARES,
            "",
            RANKED,
            of -> new SweepClaim("A4", of.withRanks(), of.gaussianGradient()),
            BottleneckFaultsIT::repeatedContexts),
        family(
            "A5",
            "The head through which the gradient passes has random left singular vectors, the first"
                + " ones first.",
            "share of D",
            SHARES,
            "The null of the bound is a head with the same singular values and random left vectors,"
                + " and lies inside it too.",
            TAKEN_APART,
            of -> new SweepClaim("A5", of.withAnatomy()),
            BottleneckFaultsIT::inducedByRandomDirections),
        family(
            "A9",
            "The projector gains random directions from checkpoint to checkpoint.",
            "share of D that is added until the end",
            SHARES,
            "",
            PROJECTED,
            of -> new SweepClaim("A9", of.runs()),
            size -> widened(checkpoint -> size * checkpoint / (SmallBottleneck.CHECKPOINTS - 1.0))),
        family(
            "A10",
            "The head whose kept energy is taken has random left singular vectors, the first ones"
                + " first.",
            "share of D",
            SHARES,
            "A random head moves energy to the tail too, so that the bound holds for it as well.",
            TAKEN_APART,
            of -> new SweepClaim("A10", of.withAnatomy()),
            this::keptByRandomDirections),
        family(
            "G2",
            "The head through which the gradient passes carries noise.",
            "its entries over those of the head",
            List.of(0.1, 0.3, 1.0, 3.0, 10.0),
            "",
            TAKEN_APART_TWICE,
            of -> new SweepClaim("G2", of.cosineOfSpread()),
            BottleneckFaultsIT::inducedByANoisyHead),
        family(
            "G3",
            "The projector of the measurement has random directions beside those of the head, and"
                + " that of the closed form has not.",
            "share of D that is added",
            SHARES,
            "",
            PROJECTED,
            of -> new SweepClaim("G3", of.runs()),
            size -> widened(_ -> size)));
  }

  private FaultFamily family(
      String claim,
      String fault,
      String unit,
      List<Double> sizes,
      String blind,
      Sweep sweep,
      Function<BottleneckExperiment, Claim> of,
      Function<Double, HeadMeasures> faulty) {
    return new FaultFamily(
        claim,
        fault,
        unit,
        sizes,
        false,
        blind,
        size -> {
          // Claims of one sweep find its sound runs in their folder.
          Path folder = output.resolve(size == 0 ? sweep.name : claim + "-" + size);
          var experiment =
              new BottleneckExperiment(
                  size == 0 ? HeadMeasures.EXACT : faulty.apply(size),
                  (_, seeds) -> sweep.plan.apply(seeds.first()).settings());
          return Measured.evidence(of.apply(experiment), SmallBottleneck.context(backend, folder));
        });
  }

  /** A projector with so many directions of D too many, by checkpoint; random heads stay whole. */
  private static HeadMeasures widened(IntToDoubleFunction share) {
    return new HeadMeasures() {
      private int calls;

      @Override
      public GradientProjection project(Backend on, Tensor headWeights, RowChunks gradient) {
        if (headWeights.type() != on.real()) {
          return EXACT.project(on, headWeights, gradient);
        }
        // At each checkpoint held-out contexts come first, then those of the training text.
        double added = share.applyAsDouble(calls++ / 2 % SmallBottleneck.CHECKPOINTS);
        int more = Math.toIntExact(Math.round(added * headWeights.cols()));
        try (TensorScope scope = on.newScope();
            var projection =
                new HeadProjection(on, FaultyHead.withColumns(on, scope, headWeights, more, 1))) {
          gradient.forEach((_, chunk) -> projection.add(chunk));
          GradientProjection wide = projection.result();
          return new GradientProjection(
              wide.contexts(),
              wide.vocabulary(),
              headWeights.cols(),
              wide.gradientNorm(),
              wide.keptNorm(),
              wide.headConditionNumber());
        }
      }
    };
  }

  private static HeadMeasures stepOfAWiderHead(double scale) {
    return new HeadMeasures() {
      @Override
      public StepSpectrum logitStep(
          Backend on, Tensor hiddenStates, Tensor headWeights, RowChunks gradient) {
        try (TensorScope scope = on.newScope();
            var step =
                new LogitStep(
                    on,
                    1,
                    FaultyHead.withColumns(on, scope, hiddenStates, 1, scale),
                    FaultyHead.withColumns(on, scope, headWeights, 1, scale),
                    gradient)) {
          return new StepSpectrum(step.spectrum(), step.directionResidual());
        }
      }
    };
  }

  private static HeadMeasures noisySpectrum(double scale) {
    return new HeadMeasures() {
      @Override
      public Spectrum spectrum(Backend on, RowChunks matrix) {
        return EXACT.spectrum(
            on,
            new RowChunks() {
              @Override
              public long rows() {
                return matrix.rows();
              }

              @Override
              public long cols() {
                return matrix.cols();
              }

              @Override
              public void forEach(BlockVisitor visitor) {
                matrix.forEach((first, chunk) -> {
                  try (TensorScope scope = on.newScope()) {
                    visitor.accept(first, FaultyHead.withNoise(on, scope, chunk, first, scale));
                  }
                });
              }
            });
      }
    };
  }

  private static HeadMeasures repeatedContexts(double share) {
    return new HeadMeasures() {
      @Override
      public List<Spectrum> batchSpectra(Backend on, RowChunks gradient, long[] batches) {
        return EXACT.batchSpectra(on, repeating(on, gradient, batches[0], share), batches);
      }
    };
  }

  private static HeadMeasures inducedByRandomDirections(double share) {
    return new HeadMeasures() {
      @Override
      public LogitDirection hiddenInduced(Tensor headWeights) {
        return (on, first, gradient, out) -> {
          try (TensorScope scope = on.newScope()) {
            LogitDirection.through(randomised(on, scope, headWeights, share))
                .rows(on, first, gradient, out);
          }
        };
      }
    };
  }

  private static HeadMeasures inducedByANoisyHead(double scale) {
    return new HeadMeasures() {
      @Override
      public LogitDirection hiddenInduced(Tensor headWeights) {
        return (on, first, gradient, out) -> {
          try (TensorScope scope = on.newScope()) {
            Tensor noisy = scope.zeros(headWeights.type(), headWeights.rows(), headWeights.cols());
            on.copy(FaultyHead.withNoise(on, scope, headWeights, 0, scale), noisy);
            LogitDirection.through(noisy).rows(on, first, gradient, out);
          }
        };
      }
    };
  }

  private HeadMeasures keptByRandomDirections(double share) {
    return new HeadMeasures() {
      @Override
      public double[] keptEnergies(GradientComponents components, Tensor headWeights) {
        if (headWeights.type() != backend.real()) {
          return EXACT.keptEnergies(components, headWeights); // a random head, or the centred one
        }
        try (TensorScope scope = backend.newScope()) {
          return EXACT.keptEnergies(components, randomised(backend, scope, headWeights, share));
        }
      }
    };
  }

  private static Tensor randomised(
      Backend on, TensorScope scope, Tensor headWeights, double share) {
    int random = Math.toIntExact(Math.round(share * headWeights.cols()));
    return FaultyHead.withRandomDirections(on, scope, headWeights, random);
  }

  /** Rows of which an even share after the first ones are those again. */
  private static RowChunks repeating(Backend on, RowChunks rows, long first, double share) {
    return new RowChunks() {
      @Override
      public long rows() {
        return rows.rows();
      }

      @Override
      public long cols() {
        return rows.cols();
      }

      @Override
      public void forEach(BlockVisitor visitor) {
        try (TensorScope scope = on.newScope()) {
          Tensor repeated = scope.zeros(ElementType.F64, first, rows.cols());
          rows.forEach((from, chunk) -> {
            for (long row = from; row < from + chunk.rows(); row++) {
              Tensor own = chunk.rows(row - from, 1);
              if (row < first) {
                on.copy(own, repeated.rows(row, 1));
              } else if (Math.floor((row + 1) * share) > Math.floor(row * share)) {
                on.copy(repeated.rows(row % first, 1), own);
              }
            }
            visitor.accept(from, chunk);
          });
        }
      }
    };
  }
}
