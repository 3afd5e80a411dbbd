package dev.gatun.api;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.io.NearestName;
import dev.gatun.measure.CheckpointMeter;
import dev.gatun.measure.TokenBatch;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.SpectrumRecord;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the head of a model does to its logit gradient, measured on the CPU: {@code gatun measure}
 * as a library. {@code suite/src/test/example/MeasureMyModel.java} uses it, and says how to run it.
 */
public final class HeadMeasurement {
  private static final long SEED = 1;

  private final SortedMap<String, Double> values = new TreeMap<>();
  private final Map<String, double[]> spectra = new TreeMap<>();

  private final List<String> notes;

  private HeadMeasurement(Evidence evidence, List<String> notes) {
    this.notes = notes;
    for (Metric metric : evidence.metrics()) {
      values.put(metric.name(), metric.value());
    }
    for (SpectrumRecord spectrum : evidence.spectra()) {
      spectra.put(spectrum.name(), spectrum.singularValues());
    }
  }

  /**
   * Measures a model on token ids. Every token but the first of a sequence is a target.
   *
   * @param checkpoint folder in Hugging Face layout: {@code config.json} and {@code *.safetensors}
   * @param sequences of equal length, from 2 tokens on
   * @throws IllegalArgumentException in one line, if the sequences do not fit each other or the
   *     model
   * @throws dev.gatun.safetensors.SafetensorsException in one line, if the folder is not a whole
   *     checkpoint of an architecture that Gatun knows
   */
  public static HeadMeasurement of(Path checkpoint, int[]... sequences) {
    TokenBatch batch = batch(sequences);
    List<String> notes;
    var evidence = new EvidenceBuilder();
    try (Backend backend = CpuBackend.open(Runtime.getRuntime().availableProcessors());
        TensorScope scope = backend.newScope();
        var meter = new CheckpointMeter(checkpoint, backend, Randomness.of(SEED), _ -> {})) {
      var run =
          evidence.begin(Run.MEASURED, Run.MEASURED, Run.MEASURED, Run.MEASURED, "cpu", SEED, "{}");
      meter.measure(scope, batch, Metric.NO_STEP, run);
      notes = meter.notes();
    }
    return new HeadMeasurement(evidence.build(Provenance.ofThisProcess()), notes);
  }

  private static TokenBatch batch(int[]... sequences) {
    List<Integer> lengths = Arrays.stream(sequences).map(s -> s.length).distinct().toList();
    if (lengths.size() != 1) {
      throw new IllegalArgumentException(
          "sequences of %s tokens cannot be measured together; cut them to one length"
              .formatted(lengths));
    }
    int[] tokens = Arrays.stream(sequences).flatMapToInt(Arrays::stream).toArray();
    return new TokenBatch("token ids", "", tokens, sequences.length, lengths.getFirst());
  }

  /**
   * A number by the name that {@code metrics.arrow} has for it, as {@code destroyed_norm}, with its
   * null beside it, as {@code destroyed_norm_random_head}.
   *
   * @throws IllegalArgumentException naming the nearest, if there is none of that name
   */
  public double value(String name) {
    Double value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "nothing is measured as %s; the nearest is %s"
              .formatted(name, NearestName.of(name, List.copyOf(values.keySet()))));
    }
    return value;
  }

  /** Every measured number, under the name of its metric. */
  public SortedMap<String, Double> values() {
    return Collections.unmodifiableSortedMap(values);
  }

  /** What was passed over or taken for granted while the checkpoint was read: a line for each. */
  public List<String> notes() {
    return notes;
  }

  /**
   * Singular values, descending.
   *
   * @param matrix {@code head}, W [V, D], or {@code logit_gradient}, G [N, V]
   * @throws IllegalArgumentException naming the nearest, if there are none of that name
   */
  public double[] singularValues(String matrix) {
    double[] all = spectra.get(matrix);
    if (all == null) {
      throw new IllegalArgumentException(
          "no singular values are measured of %s; the nearest is %s"
              .formatted(matrix, NearestName.of(matrix, List.copyOf(spectra.keySet()))));
    }
    return all.clone();
  }
}
