package dev.gatun.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Results with a damaged file are refused in one line that names it. If the checksums are those of
 * the damaged file they are read or refused in one line, and nothing else happens. {@code
 * -Dgatun.torture.inputs} says how many are tried, {@code -Dgatun.torture.seed} with which seed.
 */
class DamagedResultsTest {
  private static final int INPUTS = Integer.getInteger("gatun.torture.inputs", 2000);
  private static final long SEED = Long.getLong("gatun.torture.seed", 11);
  private static final String SUMS = "SHA256SUMS";
  private static final List<String> FILES =
      List.of("runs.arrow", "metrics.arrow", "spectra.arrow", "verdicts.arrow", "run.json", SUMS);

  @TempDir Path folder;

  @Test
  void damageIsRefusedInOneLineAndNothingElseHappens() throws IOException {
    // Arrow's reader loses buffers when it gives up, and its log says so at length.
    Logger.getLogger("org.apache.arrow").setLevel(Level.OFF);
    var results = new ResultsFolder(folder);
    results.write(ResultsFolderTest.evidence(1), List.of());
    Evidence whole = results.readEvidence();
    TreeMap<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < INPUTS; i++) {
      var random = new SplittableRandom(SEED + i);
      String name = FILES.get(random.nextInt(FILES.size()));
      boolean isSealed = random.nextBoolean() && !name.equals(SUMS);
      byte[] file = Files.readAllBytes(folder.resolve(name));
      byte[] sums = Files.readAllBytes(folder.resolve(SUMS));
      byte[] damaged = damaged(file, random);
      replace(name, damaged);
      if (isSealed) {
        seal(sums, file, damaged);
      }
      String outcome = outcome(whole, name, isSealed, "input " + i + ", seed " + SEED);
      counts.merge(outcome, 1, Integer::sum);
      replace(SUMS, sums);
      replace(name, file);
    }
    Logger.getLogger("org.apache.arrow").setLevel(null);
    System.out.printf("torture: damaged results %s, seed %d%n", counts, SEED);
    assertEquals(whole, results.readEvidence());
    assertTrue(counts.get("refused") > INPUTS / 3, counts.toString());
  }

  private String outcome(Evidence whole, String name, boolean isSealed, String input) {
    var results = new ResultsFolder(folder);
    try {
      Evidence read = results.readEvidence();
      results.readVerdicts();
      // Lines of checksums in another order are as good.
      assertTrue(isSealed || name.equals(SUMS) && read.equals(whole), name + ", " + input);
      return read.equals(whole) ? "read as they were" : "read, with checksums of the damage";
    } catch (UnreadableResultsException e) {
      String line = e.getMessage() + ", " + input;
      assertFalse(e.getMessage().contains("\n"), line);
      assertTrue(isSealed || e.getMessage().contains(name), line);
      return isSealed ? "refused by the reader" : "refused";
    } catch (RuntimeException | Error e) {
      throw new AssertionError(name + ", " + input, e);
    }
  }

  /** A bit flipped, the end lost, two parts swapped, or a part zero. */
  private static byte[] damaged(byte[] file, SplittableRandom random) {
    byte[] damaged = file.clone();
    int at = random.nextInt(file.length);
    int length = 1 + random.nextInt(Math.max(1, Math.min(512, file.length / 2)));
    switch (random.nextInt(4)) {
      case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> damaged = Arrays.copyOf(file, at);
      case 2 -> {
        int other = random.nextInt(file.length - length);
        int to = Math.min(at, file.length - length);
        System.arraycopy(file, other, damaged, to, length);
        System.arraycopy(file, to, damaged, other, length);
      }
      default -> Arrays.fill(damaged, at, Math.min(file.length, at + length), (byte) 0);
    }
    if (Arrays.equals(file, damaged)) {
      damaged[at] ^= 1;
    }
    return damaged;
  }

  /** Gives a damaged file the checksum that it would have had. */
  private void seal(byte[] sums, byte[] file, byte[] damaged) throws IOException {
    String text = new String(sums, StandardCharsets.UTF_8);
    String sealed = text.replace(sha256(file), sha256(damaged));
    replace(SUMS, sealed.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A new file in place of the old one: some file systems flush a file that is cut and refilled.
   */
  private void replace(String name, byte[] bytes) throws IOException {
    Files.delete(folder.resolve(name));
    Files.write(folder.resolve(name), bytes);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
