package dev.gatun.claims.ngram;

import dev.gatun.backend.Backend;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.experiment.FaultFamily;
import dev.gatun.experiment.Measured;
import dev.gatun.experiment.PlantedFaults;
import dev.gatun.experiment.ProgressListener;
import dev.gatun.experiment.SmallestFaults;
import dev.gatun.results.Evidence;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The smallest fault of B6 that is found. */
class NgramFaultsIT extends SmallestFaults {
  private final Backend backend = CpuBackend.open(1);

  @TempDir private Path output;

  @AfterAll
  void closeBackend() {
    backend.close();
  }

  @Override
  protected List<FaultFamily> families() {
    return List.of(
        new FaultFamily(
            "B6",
            "Tokens of the text change places with others.",
            "share of the tokens",
            List.of(0.003, 0.01, 0.03, 0.1, 0.3, 1.0),
            true,
            "",
            share ->
                share == 0
                    ? evidence(NgramMeasures.EXACT, "whole")
                    : evidence(shuffling(share), "share" + share)));
  }

  @ParameterizedTest
  @ValueSource(ints = {-2, 0})
  void contextsThatAreOneTokenTooShortOrTooLongAreFound(int beside) {
    NgramMeasures otherContexts =
        new NgramMeasures() {
          @Override
          public int contextLength(int order) {
            return order + beside;
          }
        };
    PlantedFaults.assertFound(
        "B6",
        evidence(NgramMeasures.EXACT, "whole"),
        evidence(otherContexts, "contexts" + beside),
        "contexts_per_token");
  }

  private Evidence evidence(NgramMeasures measures, String folder) {
    return Measured.evidence(
        SmallNgrams.claim(measures),
        SmallNgrams.context(backend, output.resolve(folder), ProgressListener.NONE));
  }

  private static NgramMeasures shuffling(double share) {
    var random = new Random(1);
    return new NgramMeasures() {
      @Override
      public int[] counted(int[] tokens) {
        for (int i = tokens.length - 1; i > 0; i--) {
          if (random.nextDouble() < share) {
            int other = random.nextInt(i + 1);
            int token = tokens[i];
            tokens[i] = tokens[other];
            tokens[other] = token;
          }
        }
        return tokens;
      }
    };
  }
}
