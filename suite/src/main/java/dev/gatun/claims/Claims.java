package dev.gatun.claims;

import java.util.List;
import java.util.Optional;

/** All claims that can be measured, in the order of their ids. */
public final class Claims {
  private Claims() {}

  /** New instances of all. */
  public static List<Claim> all() {
    return List.of(new A8TwoDimensionsSuffice(), new B1ScalingLawExcess(), new B2LatePerplexity());
  }

  /** The claim of an id, in any case. */
  public static Optional<Claim> find(String id) {
    return all().stream().filter(claim -> claim.id().equalsIgnoreCase(id)).findFirst();
  }
}
