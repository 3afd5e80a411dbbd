package dev.gatun.claims.ngram;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.spectrum.SparseGramSpectrum;
import dev.gatun.spectrum.Spectrum;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks of B6 reproduce as long as the matrix is whole, and do not when it is broken on purpose.
 */
class NgramFaultsIT {
  private final Backend backend = CpuBackend.open(1);
  private PlantedFaults faults;

  @TempDir private Path output;

  @BeforeEach
  void openFaults() {
    faults =
        new PlantedFaults(
            folder -> SmallNgrams.context(backend, output.resolve(folder), ProgressListener.NONE));
  }

  @AfterEach
  void closeBackend() {
    backend.close();
  }

  @Test
  void rowsWeightedByHowOftenTheirContextOccursAreFound() {
    assertFound(
        new NgramMeasures() {
          @Override
          public double rowWeight(long occurrences) {
            return Math.sqrt(occurrences);
          }
        },
        "row_sums");
  }

  @Test
  void contextsThatAreOneTokenTooLongAreFound() {
    assertFound(
        new NgramMeasures() {
          @Override
          public int contextLength(int order) {
            return order;
          }
        },
        "contexts_per_token");
  }

  @Test
  void contextsThatAreOneTokenTooShortAreFound() {
    assertFound(
        new NgramMeasures() {
          @Override
          public int contextLength(int order) {
            return order - 2;
          }
        },
        "contexts_per_token");
  }

  @Test
  void textWhoseTokensAreShuffledIsFound() {
    var random = new Random(1);
    NgramMeasures shuffling =
        new NgramMeasures() {
          @Override
          public int[] counted(int[] tokens) {
            for (int i = tokens.length - 1; i > 0; i--) {
              int other = random.nextInt(i + 1);
              int token = tokens[i];
              tokens[i] = tokens[other];
              tokens[other] = token;
            }
            return tokens;
          }
        };
    assertFound(shuffling, "half_share");
    assertFound(shuffling, "sixteenth_error");
  }

  @Test
  void spectrumWithoutItsTailIsFound() {
    NgramMeasures truncated =
        new NgramMeasures() {
          @Override
          public Spectrum spectrum(SparseGramSpectrum gram, Backend on, long bufferBytes) {
            Spectrum exact = gram.solve(on, bufferBytes);
            double[] values = exact.singularValues();
            Arrays.fill(values, values.length / 4, values.length, 0);
            return new Spectrum(
                values, exact.errorBound(), exact.rows(), exact.cols(), exact.method());
          }
        };
    assertFound(truncated, "energy");
    assertFound(truncated, "rank_at_least");
  }

  private void assertFound(NgramMeasures broken, String check) {
    faults.assertFound(SmallNgrams.claim(NgramMeasures.EXACT), SmallNgrams.claim(broken), check);
  }
}
