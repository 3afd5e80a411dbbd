package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class CurveNameTest {
  @Test
  void centredNamesKeepTheirPlaceOnTheCurve() {
    assertEquals("singular_entropy_centred", CurveName.centred("singular_entropy"));
    assertEquals("w_error_centred@8", CurveName.centred(CurveName.name("w_error", 8)));
    assertEquals("w_error@8", CurveName.uncentred("w_error_centred@8"));
    assertEquals("w_error@8", CurveName.uncentred("w_error@8"));
  }

  @Test
  void centredRecorderAppendsToTheSameRun() {
    var builder = new EvidenceBuilder();
    RunRecorder run = builder.begin("A5/d24", "A5", "d24", "quick", "cpu", 1, "{}");
    run.metric("cosine", 3, 0.1, "1");
    run.centred().metric("cosine", 3, 0.2, 0.01, "1");
    run.centred().spectrum("head", 3, new double[] {2, 1}, 0);
    run.finish(7);
    Evidence evidence = builder.build(Provenance.ofThisProcess());
    assertEquals(
        List.of(
            new Metric("A5/d24", "A5", "cosine", 3, 0.1, Double.NaN, "1"),
            new Metric("A5/d24", "A5", "cosine_centred", 3, 0.2, 0.01, "1")),
        evidence.metrics());
    assertEquals("head_centred", evidence.spectra().getFirst().name());
    assertEquals(7, evidence.runs().getFirst().wallSeconds());
  }
}
