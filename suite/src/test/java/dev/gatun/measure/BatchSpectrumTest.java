package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.spectrum.GramSpectrum;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Batch;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Singular values of a batch's logit gradient, of every head. */
class BatchSpectrumTest {
  private static final int VOCABULARY = 60;
  private static final long SEED = 5;

  private final Backend backend = CpuBackend.open(1);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  static Iterable<HeadChoice> heads() {
    return HeadChoice.all();
  }

  /** For fewer contexts than tokens the smaller Gram matrix is that of the contexts. */
  @ParameterizedTest
  @MethodSource("heads")
  void eitherGramMatrixGivesTheSameSingularValues(HeadChoice choice) {
    TransformerConfig config =
        TransformerConfig.gpt2(VOCABULARY, 8, 1, 2, 16).withHead(choice.of(VOCABULARY, 8));
    Randomness weights = Randomness.of(SEED);
    try (LanguageModel model =
        LanguageModel.initialise(
            backend,
            config,
            (name, out, deviation) -> weights.stream(name).gaussian(out, 4 * deviation))) {
      int[] tokens = IntStream.range(0, 96).map(i -> (i * 37 + i / 7) % VOCABULARY).toArray();
      HeadInputs at = model.headInputs(new Batch(tokens, Arrays.copyOfRange(tokens, 0, 96), 6, 16));
      for (long contexts : new long[] {24, 96}) {
        Spectrum spectrum = HeadMeasures.EXACT.batchSpectrum(backend, model.head(), at, contexts);
        double[] byRows = byRows(model, at, contexts);
        assertEquals(Math.min(contexts, VOCABULARY), spectrum.size());
        assertArrayEquals(
            byRows, spectrum.singularValues(), 1e-6 * byRows[0], choice.label() + ", seed " + SEED);
      }
    }
  }

  private double[] byRows(LanguageModel model, HeadInputs at, long contexts) {
    try (GramSpectrum spectrum = GramSpectrum.ofRows(backend, VOCABULARY)) {
      model
          .head()
          .streamGradient(
              at.hidden().rows(0, contexts),
              at.targets().slice(0, contexts),
              1.0 / contexts,
              (_, chunk) -> spectrum.add(chunk));
      return spectrum.finish().singularValues();
    }
  }
}
