package dev.gatun.experiment;

import dev.gatun.backend.Backend;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Runs claims and reads their evidence. */
public final class Measured {
  private Measured() {}

  /** For claims that read no corpus. */
  public static ClaimContext context(Backend backend) {
    return new ClaimContext(
        backend,
        Tier.QUICK,
        Seeds.from(1),
        () -> {
          throw new AssertionError("this claim needs no corpus");
        },
        ProgressListener.NONE,
        Path.of("target", "unused"));
  }

  public static Evidence evidence(Claim claim, ClaimContext context) {
    var builder = new EvidenceBuilder();
    claim.run(context, builder);
    return builder.build(new Provenance(Map.of()));
  }

  /** The one metric of that name in the run of an arm. */
  public static Metric metric(Evidence evidence, String arm, String name) {
    List<String> runs =
        evidence.runs().stream().filter(r -> r.arm().equals(arm)).map(r -> r.id()).toList();
    List<Metric> found =
        evidence.metrics().stream()
            .filter(m -> runs.contains(m.run()) && m.name().equals(name))
            .toList();
    if (found.size() != 1) {
      throw new AssertionError(name + " of " + arm + " is there " + found.size() + " times");
    }
    return found.getFirst();
  }

  public static double value(Evidence evidence, String arm, String name) {
    return metric(evidence, arm, name).value();
  }

  /** The same after a training step. */
  public static double value(Evidence evidence, String arm, String name, long step) {
    List<Metric> metrics = evidence.metrics().stream().filter(m -> m.step() == step).toList();
    return metric(
            new Evidence(evidence.provenance(), evidence.runs(), metrics, List.of()), arm, name)
        .value();
  }
}
