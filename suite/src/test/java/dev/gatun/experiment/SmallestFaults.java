package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.gatun.experiment.Sensitivity.Flip;
import dev.gatun.experiment.Sensitivity.Measured;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * For each family of faults, the smallest size that is stored as found is found. With {@code
 * -Dgatun.sensitivity=measure}, which {@code make sensitivity} sets, that size is looked for and
 * stored.
 */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class SmallestFaults {
  private static final boolean MEASURE =
      System.getProperty("gatun.sensitivity", "").equals("measure");

  /** One for each claim of the package. */
  protected abstract List<FaultFamily> families();

  @TestFactory
  final Stream<DynamicTest> theSmallestFaultIsFound() {
    return families().stream()
        .map(family -> dynamicTest(family.claim(), () -> measureOrCompare(family)));
  }

  private static void measureOrCompare(FaultFamily family) {
    var search = new FaultSearch(family);
    if (MEASURE) {
      Sensitivity.store(search.measure());
      return;
    }
    Measured stored =
        Sensitivity.stored()
            .of(family.claim())
            .orElseThrow(() -> new AssertionError("not measured; run make sensitivity"));
    assertEquals(family.fault(), stored.fault(), "another fault was measured");
    assertEquals(family.sizes(), stored.sizes(), "other sizes were measured");
    compare(family, stored.check(), search::flippedCheck);
    compare(family, stored.metric(), search::changedMetric);
  }

  private static void compare(
      FaultFamily family, Flip flip, DoubleFunction<Optional<String>> finding) {
    if (flip.found() != null) {
      assertTrue(
          finding.apply(flip.found()).isPresent(),
          () -> "%s of %s is not found any more".formatted(flip.found(), family.unit()));
    }
    if (flip.unfound() != null && family.cheap()) {
      assertEquals(Optional.empty(), finding.apply(flip.unfound()), "a smaller fault is found");
    }
  }
}
