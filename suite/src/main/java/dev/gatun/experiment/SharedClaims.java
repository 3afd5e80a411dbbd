package dev.gatun.experiment;

import dev.gatun.results.Evidence;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Claims that several processes measure at once on one results folder. A claim that needs runs
 * which others have taken is put aside until the other claims are measured. Then this process waits
 * until one of those runs is finished, or free again because its process is gone.
 */
public final class SharedClaims {
  private static final long PAUSE_MILLIS = 1000;

  private final List<Claim> claims;
  private final Function<Claim, Evidence> measure;
  private final Evidence[] evidence;

  private SharedClaims(List<Claim> claims, Function<Claim, Evidence> measure) {
    this.claims = claims;
    this.measure = measure;
    this.evidence = new Evidence[claims.size()];
  }

  /**
   * The evidence of each claim, in their order.
   *
   * @param measure measures a claim; asked again for one that was put aside
   * @param waiting is told about once a second for which runs this process waits, in one line
   */
  public static List<Evidence> measure(
      List<Claim> claims, Function<Claim, Evidence> measure, Consumer<String> waiting) {
    var shared = new SharedClaims(claims, measure);
    List<StoredRun> taken = shared.takenByOthers();
    while (!taken.isEmpty()) {
      await(taken, waiting);
      taken = shared.takenByOthers();
    }
    return Arrays.asList(shared.evidence);
  }

  /** Measures what is not measured yet; returns the runs that others have taken. */
  private List<StoredRun> takenByOthers() {
    Set<StoredRun> taken = new LinkedHashSet<>();
    for (int i = 0; i < evidence.length; i++) {
      if (evidence[i] == null) {
        try {
          evidence[i] = measure.apply(claims.get(i));
        } catch (RunsTakenException e) {
          taken.addAll(e.runs());
        }
      }
    }
    return List.copyOf(taken);
  }

  /** A run that is only read is free again before anything is said. */
  private static void await(List<StoredRun> taken, Consumer<String> waiting) {
    pause();
    while (taken.stream().allMatch(StoredRun::isTaken)) {
      waiting.accept("waiting for " + RunsTakenException.named(taken));
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    }
  }
}
