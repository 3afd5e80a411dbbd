package dev.gatun.selftest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No file that a self-test leaves is larger than 16 MiB. */
class OutputFolderTest {
  private static final int LIMIT = 16 << 20;
  private static final int TOO_LARGE = 17 << 20;

  @TempDir private Path folder;
  private OutputFolder out;

  @BeforeEach
  void create() throws IOException {
    out = new OutputFolder(folder);
    out.create();
  }

  @Test
  void aLargeLogKeepsItsBeginningAndItsEnd() throws IOException {
    // Three bytes of UTF-8 each, the most that a char of Java takes.
    List<String> middle = Collections.nCopies(TOO_LARGE / 300, "€".repeat(99) + "\n");
    Files.writeString(
        out.work().resolve("bench.txt"), "the first\n" + String.join("", middle) + "the last\n");
    out.write("title", List.of());
    assertTrue(
        Files.size(out.file("log.txt")) <= LIMIT, Files.size(out.file("log.txt")) + " bytes");
    List<String> lines = Files.readAllLines(out.file("log.txt"));
    assertEquals(List.of("== bench.txt", "the first"), lines.subList(0, 2));
    assertTrue(lines.contains("… cut here: the middle was too large"));
    assertEquals("the last", lines.getLast());
  }

  @Test
  void aLogThatFitsIsWhole() throws IOException {
    Files.writeString(out.work().resolve("a.txt"), "one\n\ntwo\n");
    Files.writeString(out.work().resolve("b.txt"), "three\n");
    out.write("title", List.of());
    assertEquals("== a.txt\none\ntwo\n== b.txt\nthree\n", Files.readString(out.file("log.txt")));
  }

  @Test
  void anArchiveThatWouldBeTooLargeLeavesTheLastOne() throws IOException {
    Path evidence = Files.createDirectories(out.work().resolve("evidence"));
    try (var zeros = new RandomAccessFile(evidence.resolve("zeros").toFile(), "rw")) {
      zeros.setLength(TOO_LARGE);
    }
    assertTrue(out.pack(evidence, "evidence.zip"), "zeros take little room");
    byte[] packed = Files.readAllBytes(out.file("evidence.zip"));

    byte[] noise = new byte[TOO_LARGE];
    new Random(1).nextBytes(noise);
    Files.write(evidence.resolve("noise"), noise);
    assertFalse(out.pack(evidence, "evidence.zip"));
    assertArrayEquals(packed, Files.readAllBytes(out.file("evidence.zip")));
    out.tidy();
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(List.of(out.file("evidence.zip")), left.toList());
    }
  }
}
