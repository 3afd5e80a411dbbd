package dev.gatun.claims;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.experiment.Sensitivity;
import dev.gatun.experiment.Sensitivity.Flip;
import dev.gatun.experiment.Sensitivity.Measured;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SensitivityTest {
  @Test
  void everyClaimHasTheSmallestFaultThatIsFound() {
    var measured =
        Sensitivity.stored().faults().stream().map(Measured::claim).collect(Collectors.toSet());
    assertEquals(new TreeSet<>(Claims.ids()), new TreeSet<>(measured));
  }

  @Test
  void whatIsNeverFoundSaysWhy() {
    for (Measured measured : Sensitivity.stored().faults()) {
      for (Flip flip : Stream.of(measured.check(), measured.metric()).toList()) {
        assertTrue(flip.found() == null != (flip.never() == null), measured.claim());
        assertFalse(flip.never() != null && flip.never().isBlank(), measured.claim());
      }
    }
  }
}
