package dev.gatun.cli;

import dev.gatun.claims.Claims;
import dev.gatun.experiment.Claim;
import dev.gatun.results.ExpectedCheck;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists what can be measured. */
@Command(
    name = "claims",
    description = "Lists the claims: what each says, and where it is from.",
    mixinStandardHelpOptions = true)
final class ClaimsCommand implements Runnable {
  @Mixin private Console console;

  @Override
  public void run() {
    ExpectedValues expected = ExpectedValues.shipped();
    List<ExpectedClaim> claims = Claims.all().stream().map(Claim::id).map(expected::of).toList();
    console.table(
        List.of("claim", "title", "checks", "from"),
        claims.stream()
            .map(c -> List.of(c.claim(), c.title(), "" + c.checks().size(), c.paper()))
            .toList());
    console.json(Map.of("claims", claims.stream().map(Listed::new).toList()));
  }

  private record Listed(
      String claim,
      String title,
      String statement,
      String formula,
      String paper,
      List<String> checks) {
    Listed(ExpectedClaim claim) {
      this(
          claim.claim(),
          claim.title(),
          claim.statement(),
          claim.formula(),
          claim.paper(),
          claim.checks().stream().map(ExpectedCheck::id).toList());
    }
  }
}
