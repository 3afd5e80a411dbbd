package dev.gatun.measure;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.data.Randomness;
import dev.gatun.experiment.HeadChoice;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.model.head.HeadInputs;
import dev.gatun.model.head.MatrixHead;
import dev.gatun.spectrum.DirectSpectrum;
import dev.gatun.spectrum.RowChunks;
import dev.gatun.spectrum.Spectrum;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.BlockVisitor;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Singular values of a batch's logit gradient, of every head. */
class BatchSpectrumTest {
  private static final int VOCABULARY = 60;
  private static final long SEED = 5;
  private static final long[] BATCHES = {24, 96};

  private final Backend backend = CpuBackend.open(1);

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  static Iterable<HeadChoice> heads() {
    return HeadChoice.all();
  }

  @ParameterizedTest
  @MethodSource("heads")
  void batchesOfOneWalkHaveTheSpectraOfTheirRows(HeadChoice choice) {
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
      var gradient = new LinkedHashMap<String, RowChunks>();
      gradient.put("streamed", streamed(model, at));
      if (model.head() instanceof MatrixHead head) {
        gradient.put("exact", new ExactGradient(backend, head, at));
      }
      gradient.forEach((name, rows) -> {
        List<Spectrum> spectra = HeadMeasures.EXACT.batchSpectra(backend, rows, BATCHES);
        for (int i = 0; i < BATCHES.length; i++) {
          double[] direct = direct(model, at, BATCHES[i]);
          assertArrayEquals(
              direct,
              spectra.get(i).singularValues(),
              1e-6 * direct[0],
              "%s %s, seed %s".formatted(choice.label(), name, SEED));
        }
      });
    }
  }

  private static RowChunks streamed(LanguageModel model, HeadInputs at) {
    return new RowChunks() {
      @Override
      public long rows() {
        return at.hidden().rows();
      }

      @Override
      public long cols() {
        return VOCABULARY;
      }

      @Override
      public void forEach(BlockVisitor visitor) {
        model.head().streamGradient(at.hidden(), at.targets(), at.meanScale(), visitor::accept);
      }
    };
  }

  /** Of the first rows of G, held whole. */
  private double[] direct(LanguageModel model, HeadInputs at, long contexts) {
    try (TensorScope scope = backend.newScope()) {
      Tensor whole = scope.zeros(ElementType.F64, at.hidden().rows(), VOCABULARY);
      streamed(model, at)
          .forEach((first, chunk) -> backend.copy(chunk, whole.rows(first, chunk.rows())));
      return DirectSpectrum.of(backend, whole.rows(0, contexts)).singularValues();
    }
  }

  /** 300 rows of rank V − 1, of which roundings of F32 would leave none dependent on others. */
  @Test
  void anExactGradientHasTheRankThatItsRowsSumToZero() {
    TransformerConfig config = TransformerConfig.gpt2(VOCABULARY, 8, 1, 2, 100);
    Randomness weights = Randomness.of(SEED);
    try (LanguageModel model =
        LanguageModel.initialise(
            backend,
            config,
            (name, out, deviation) -> weights.stream(name).gaussian(out, 4 * deviation))) {
      int[] tokens = IntStream.range(0, 300).map(i -> (i * 37 + i / 7) % VOCABULARY).toArray();
      HeadInputs at = model.headInputs(new Batch(tokens, tokens.clone(), 3, 100));
      var exact = new ExactGradient(backend, (MatrixHead) model.head(), at);
      long[] all = {300};
      Spectrum spectrum = HeadMeasures.EXACT.batchSpectra(backend, exact, all).getFirst();
      assertEquals(VOCABULARY - 1, spectrum.numericalRank(), "seed " + SEED);
      Spectrum rounded =
          HeadMeasures.EXACT.batchSpectra(backend, streamed(model, at), all).getFirst();
      assertEquals(VOCABULARY, rounded.numericalRank(), "seed " + SEED);
      assertTrue(BatchRank.of(rounded, BatchRank.KNOWN_IN_F32).rank() < VOCABULARY, "seed " + SEED);
    }
  }
}
