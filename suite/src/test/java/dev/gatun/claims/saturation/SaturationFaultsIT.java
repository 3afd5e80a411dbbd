package dev.gatun.claims.saturation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.Claim;
import dev.gatun.experiment.FaultFamily;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.SmallestFaults;
import dev.gatun.experiment.SweepClaim;
import dev.gatun.experiment.SweepRuns;
import dev.gatun.facts.LossPoint;
import dev.gatun.facts.PythiaCheckpoints;
import dev.gatun.facts.PythiaCheckpoints.Checkpoint;
import dev.gatun.results.Evidence;
import dev.gatun.results.Outcome;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The smallest faults of B1 to B4 that are found. */
class SaturationFaultsIT extends SmallestFaults {
  private final Backend backend = CpuBackend.open(1);

  /** B3 and B4 share it, so that the sound runs are trained once. */
  private final SweepRuns<SaturationSetting> whole =
      SmallSaturation.experiment(HeadGeometry.EXACT, 5, 4);

  @TempDir private Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Override
  protected List<FaultFamily> families() {
    return List.of(
        new FaultFamily(
            "B1",
            "The losses of the small models are read too low.",
            "share of the loss",
            List.of(1e-5, 1e-4, 3e-4, 1e-3, 2e-3, 4e-3, 8e-3, 0.016, 0.03),
            true,
            "",
            size ->
                Measured.evidence(
                    new B1ScalingLawExcess(readTooLow(size)), Measured.context(backend))),
        new FaultFamily(
            "B2",
            "The perplexities of every model are drawn towards its best one.",
            "share of the way, in logarithms",
            List.of(0.001, 0.01, 0.03, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0),
            true,
            "",
            size ->
                Measured.evidence(
                    new B2LatePerplexity(drawnToTheBest(size)), Measured.context(backend))),
        ofTraining(
            "B3",
            "The mean state is taken off the states.",
            "share of the mean",
            List.of(0.01, 0.03, 0.1, 0.3, 0.5, 0.8, 1.0),
            "",
            runs -> new SweepClaim("B3", runs),
            SaturationFaultsIT::centred),
        ofTraining(
            "B4",
            "The singular values are those of a head with the same vector added to all rows, which"
                + " no probability shows.",
            "its norm over that of a row",
            List.of(0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
            "",
            runs -> new SweepClaim("B4", runs.withSpectra(), new PublishedEntropies()),
            SaturationFaultsIT::shifted));
  }

  private FaultFamily ofTraining(
      String claim,
      String fault,
      String unit,
      List<Double> sizes,
      String blind,
      Function<SweepRuns<SaturationSetting>, Claim> of,
      DoubleFunction<HeadGeometry> faulty) {
    return new FaultFamily(
        claim,
        fault,
        unit,
        sizes,
        false,
        blind,
        size -> {
          SweepRuns<SaturationSetting> runs =
              size == 0 ? whole : SmallSaturation.experiment(faulty.apply(size), 5, 4);
          Path folder = output.resolve(size == 0 ? "whole" : claim + size);
          return Measured.evidence(of.apply(runs), SmallSaturation.context(backend, folder));
        });
  }

  @Test
  void shuffledModelsAreFoundByB2() {
    var shuffled = new B2LatePerplexity(B2LatePerplexityTest.shuffled());
    Evidence evidence = Measured.evidence(shuffled, Measured.context(backend));
    for (String check :
        List.of(
            "small_models_get_worse",
            "large_models_do_not",
            "small_models_surely",
            "large_models_surely",
            "small_less_large")) {
      assertEquals(
          Outcome.NOT_REPRODUCED, PlantedFaults.verdict(evidence, "B2", check).outcome(), check);
    }
  }

  private static SaturationFigure readTooLow(double share) {
    SaturationFigure figure = SaturationFigure.published();
    Map<String, LossPoint> finals = new LinkedHashMap<>(figure.finalLosses());
    Map<String, LossPoint> best = new LinkedHashMap<>(figure.bestLosses());
    finals.replaceAll((_, point) -> point.plus(-share * point.loss()));
    best.replaceAll((_, point) -> point.plus(-share * point.loss()));
    return new SaturationFigure(figure.law(), figure.readingError(), finals, best, figure.curves());
  }

  private static PythiaCheckpoints drawnToTheBest(double share) {
    Map<String, List<Checkpoint>> drawn = new TreeMap<>();
    PythiaCheckpoints.shipped()
        .byModel()
        .forEach((model, checkpoints) -> {
          Checkpoint best =
              checkpoints.stream()
                  .min(Comparator.comparingDouble(Checkpoint::perplexity))
                  .orElseThrow();
          List<Checkpoint> all = new ArrayList<>();
          for (Checkpoint each : checkpoints) {
            double factor = Math.pow(best.perplexity() / each.perplexity(), share);
            all.add(
                new Checkpoint(
                    each.step(), each.perplexity() * factor, each.standardError() * factor));
          }
          drawn.put(model, all);
        });
    return new PythiaCheckpoints(drawn);
  }

  private static HeadGeometry centred(double share) {
    return new HeadGeometry() {
      @Override
      public double meanCosine(Backend on, Tensor hidden) {
        return withRowAdded(on, hidden, mean(on, hidden), -share, EXACT::meanCosine);
      }
    };
  }

  private static HeadGeometry shifted(double scale) {
    return new HeadGeometry() {
      @Override
      public Spectrum spectrum(Backend on, Tensor weights) {
        if (weights.type() != on.real()) {
          return EXACT.spectrum(on, weights); // a random head, or some rows
        }
        double[] row = new double[(int) weights.cols()];
        double sum = 0;
        for (double entry : on.toDoubles(weights)) {
          sum += entry * entry;
        }
        Arrays.fill(row, Math.sqrt(sum / weights.size()));
        return withRowAdded(on, weights, row, scale, EXACT::spectrum);
      }
    };
  }

  private static double[] mean(Backend on, Tensor matrix) {
    int width = (int) matrix.cols();
    double[] entries = on.toDoubles(matrix);
    double[] mean = new double[width];
    for (int i = 0; i < entries.length; i++) {
      mean[i % width] += entries[i] / matrix.rows();
    }
    return mean;
  }

  /** What is measured of a matrix with a multiple of a row added to all its rows. */
  private static <T> T withRowAdded(
      Backend on,
      Tensor matrix,
      double[] row,
      double factor,
      BiFunction<Backend, Tensor, T> measure) {
    double[] entries = on.toDoubles(matrix);
    for (int i = 0; i < entries.length; i++) {
      entries[i] += factor * row[i % row.length];
    }
    try (TensorScope scope = on.newScope()) {
      Tensor moved = scope.zeros(ElementType.F64, matrix.rows(), row.length);
      on.write(entries, moved);
      return measure.apply(on, moved);
    }
  }
}
