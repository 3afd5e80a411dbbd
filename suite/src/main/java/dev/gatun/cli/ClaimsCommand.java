package dev.gatun.cli;

import dev.gatun.claims.Claims;
import dev.gatun.experiment.Claim;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import java.util.LinkedHashMap;
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
    console.json(Map.of("claims", claims.stream().map(ClaimsCommand::json).toList()));
  }

  private static Map<String, Object> json(ExpectedClaim claim) {
    var json = new LinkedHashMap<String, Object>();
    json.put("claim", claim.claim());
    json.put("title", claim.title());
    json.put("statement", claim.statement());
    json.put("formula", claim.formula());
    json.put("paper", claim.paper());
    json.put("checks", claim.checks().stream().map(check -> check.id()).toList());
    return json;
  }
}
