package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.claims.Claims;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SeedsTest {
  /** Rates are tried on seeds from here on, which no claim measures. */
  private static final long TRIALS = 1_000_000;

  @Test
  void aPlanHasItsOwnSeedsUnlessItMayTakeFewer() {
    assertArrayEquals(new long[] {3, 4, 5}, Seeds.from(3).of(3).toArray());
    assertArrayEquals(new long[] {3, 4}, new Seeds(3, 2).of(3).toArray());
    assertArrayEquals(new long[] {3}, new Seeds(3, 2).of(1).toArray());
    assertEquals("3", Seeds.from(3).inWords());
    assertEquals("3 to 4", new Seeds(3, 2).inWords());
  }

  @Test
  void noSeedIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Seeds(1, 0));
  }

  @ParameterizedTest
  @EnumSource(Tier.class)
  void noClaimTrainsFromMoreSeedsThanItMay(Tier tier) {
    for (Claim claim : Claims.all()) {
      Set<Long> all = trainedFrom(claim, tier, Seeds.from(7));
      Set<Long> two = trainedFrom(claim, tier, new Seeds(7, 2));
      assertEquals(
          all.stream().filter(seed -> seed < 9).collect(Collectors.toSet()), two, claim.id());
    }
  }

  private static Set<Long> trainedFrom(Claim claim, Tier tier, Seeds seeds) {
    return claim.trainings(tier, seeds).stream()
        .map(run -> run.setting().seed())
        .filter(seed -> seed < TRIALS)
        .collect(Collectors.toSet());
  }
}
