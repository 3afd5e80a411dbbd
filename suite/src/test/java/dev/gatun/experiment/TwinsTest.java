package dev.gatun.experiment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.claims.bottleneck.BottleneckPlan;
import dev.gatun.claims.heads.QuickHeads;
import dev.gatun.claims.spamlang.SpamLangPlan;
import dev.gatun.io.Json;
import dev.gatun.results.Evidence;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What is stored of runs that PyTorch trained again; {@code TwinIT} trains them. */
class TwinsTest {
  private static final int MOST_LINES = 100;
  private static final Evidence REFERENCE =
      new ResultsFolder(Path.of("..", "results", "reference", "amd-epyc-avx512-2-cores"))
          .readEvidence();

  @Test
  void everyStoredNumberAgrees() {
    List<Twins.Stored> twins = Twins.stored().twins();
    assertEquals(
        List.of("A1", "A6", "B5", "C1"), twins.stream().map(Twins.Stored::claim).sorted().toList());
    for (Twins.Stored twin : twins) {
      assertFalse(twin.torch().isEmpty(), twin.claim() + " was never measured");
      twin.numbers().forEach(number -> assertTrue(number.agrees(), twin.run() + " " + number));
    }
  }

  /** The settings that the stored runs were trained with, to the last one. */
  @Test
  void theRunsAreThoseOfTheStoredEvidence() {
    assertIsStored("A1", named("A1", BottleneckPlan.quick(Seeds.from(1)).settings()));
    assertIsStored("A6", named("A6", SpamLangPlan.quick(Seeds.from(1)).settings()));
    assertIsStored("C1", named("C1", List.of(QuickHeads.limitedBackward())));
  }

  private static <S extends RunSetting> S named(String claim, List<S> settings) {
    String run = Twins.stored().of(claim).run();
    return settings.stream().filter(s -> s.id().equals(run)).findFirst().orElseThrow();
  }

  private static void assertIsStored(String claim, RunSetting setting) {
    String id = "%s/%s/seed%s".formatted(claim, setting.arm(), setting.seed());
    Run stored =
        REFERENCE.runs().stream().filter(run -> run.id().equals(id)).findFirst().orElseThrow();
    var json = JsonMapper.shared();
    assertEquals(
        json.readTree(stored.configuration()).get("experiment"), json.readTree(Json.line(setting)));
  }

  @Test
  void theScriptCanBeReadInAMinute() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("src", "test", "python", "twin.py"));
    assertTrue(lines.size() <= MOST_LINES, lines.size() + " lines");
  }
}
