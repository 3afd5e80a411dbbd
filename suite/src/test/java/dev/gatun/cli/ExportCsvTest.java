package dev.gatun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.CurvePoint;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.Provenance;
import dev.gatun.results.ResultsFolder;
import dev.gatun.results.StepSpeed;
import dev.gatun.results.TrainingCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCsvTest {
  @TempDir Path folder;

  private static Evidence evidence() {
    var builder = new EvidenceBuilder();
    var run = builder.begin("r1", "A1", "d8, \"x\"", "quick", "cpu", 7, "{\"a\":1}");
    run.metric("loss", 3, 0.1 + 0.2, 1e-9, "nats");
    run.metric("head_error_of_rank@4", 3, Double.NaN, "1");
    run.spectrum("head", 3, new double[] {2, 1}, 1e-6);
    return builder.build(Provenance.ofThisProcess());
  }

  @Test
  void eachTableIsAFileOfTheSameColumns() throws IOException {
    Path results = folder.resolve("results");
    new ResultsFolder(results).write(evidence(), List.of());
    CommandRun run = CommandRun.of("export-csv", results, folder.resolve("csv"), "--json");
    assertEquals(0, run.code(), run.err());
    assertEquals(4, run.json().path("files").size(), run.out());
    assertEquals(
        """
        id,claim,arm,tier,device,seed,corpus,configuration
        r1,A1,"d8, ""x\""",quick,cpu,7,,"{""a"":1}"
        """,
        text("runs"));
    assertEquals(
        """
        run,claim,name,at,step,value,uncertainty,unit
        r1,A1,loss,,3,0.30000000000000004,1.0E-9,nats
        r1,A1,head_error_of_rank,4.0,3,NaN,,1
        """,
        text("metrics"));
    assertEquals(
        """
        run,claim,name,step,index,singular_value,error_bound
        r1,A1,head,3,0,2.0,1.0E-6
        r1,A1,head,3,1,1.0,1.0E-6
        """,
        text("spectra"));
    assertEquals(1, text("verdicts").lines().count());
  }

  @Test
  void curveOfATrainingRunIsExportedToo() throws IOException {
    Path run = folder.resolve("run");
    new TrainingCurve(run)
        .write(
            List.of(new CurvePoint(1, 64, 5.5, 1e-3, 0.25, Double.NaN, Double.NaN)),
            List.of(new StepSpeed(1, 0.5, 128)),
            Provenance.ofThisProcess());
    assertEquals(0, CommandRun.of("export-csv", run, folder.resolve("csv")).code());
    assertEquals("1,64,5.5,0.001,0.25,,", text("curve").lines().toList().getLast());
    assertEquals("1,0.5,128.0", text("speed").lines().toList().getLast());
  }

  @Test
  void whatIsNoResultsFolderIsNamed() {
    CommandRun missing = CommandRun.of("export-csv", folder.resolve("x"), folder.resolve("csv"));
    assertEquals(Gatun.USER_ERROR, missing.code());
    assertTrue(missing.err().contains("there is no such folder"), missing.err());
    CommandRun other = CommandRun.of("export-csv", folder, folder.resolve("csv"));
    assertEquals(Gatun.USER_ERROR, other.code());
    assertEquals(1, other.err().lines().count(), other.err());
  }

  private String text(String table) throws IOException {
    String csv = Files.readString(folder.resolve("csv").resolve(table + ".csv"));
    assertTrue(csv.endsWith("\r\n"), csv);
    return csv.replace("\r\n", "\n");
  }
}
