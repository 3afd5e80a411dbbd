package dev.gatun.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenIsRead() {
    Path file = folder.resolve("x.safetensors");
    float[] floats = {1, -2.5f, Float.MIN_VALUE, Float.NaN, 5, 6};
    double[] doubles = {Math.PI};
    long[] longs = {Long.MIN_VALUE, 3};
    new SafetensorsWriter(Map.of("b", "2", "a", "1"))
        .addFloats("f", List.of(2L, 3L), (from, n) -> Arrays.copyOfRange(floats, (int) from, n))
        .addDoubles("scalar", List.of(), (from, n) -> doubles)
        .addLongs("l", List.of(2L), (from, n) -> longs)
        .addFloats("empty", List.of(0L, 4L), (from, n) -> new float[0])
        .write(file);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertEquals(Map.of("a", "1", "b", "2"), read.metadata());
      assertEquals(List.of("f", "scalar", "l", "empty"), List.copyOf(read.names()));
      assertEquals(List.of(2L, 3L), read.shape("f"));
      assertArrayEquals(floats, read.floats("f", 0, 6));
      assertArrayEquals(new float[] {-2.5f, Float.MIN_VALUE}, read.floats("f", 1, 2));
      assertArrayEquals(doubles, read.doubles("scalar"));
      assertArrayEquals(longs, read.longs("l"));
      assertEquals(0, read.size("empty"));
    }
  }

  @Test
  void halfPrecisionIsWidenedExactly() {
    Path file =
        file(
            "{\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                + "\"b\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[4,8]}}",
            new byte[] {0x00, 0x3E, 0x01, 0x00, (byte) 0xC0, 0x3F, (byte) 0x80, (byte) 0xFF});
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertArrayEquals(new double[] {1.5, 0x1p-24}, read.doubles("h"));
      assertArrayEquals(new double[] {1.5, Double.NEGATIVE_INFINITY}, read.doubles("b"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a'                                                     | not JSON",
        "[]                                                       | not a JSON object",
        "{}{}                                                     | not JSON",
        "{'a':A,'a':A}                                            | Duplicate",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}   | F32 [2] and needs 8 bytes",
        "{'a':{'dtype':'F33','shape':[1],'data_offsets':[0,4]}}   | unsupported dtype",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}  | not a count",
        "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,4]}} | not a count",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}   | not [begin, end]",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}}     | not [begin, end]",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}}  | truncated",
        "{'a':A,'b':A}                                            | overlaps",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}   | unused bytes",
        "{'a':A}                                                  | 4 bytes after the last",
        "{'__metadata__':{'a':1},'a':A}                           | metadata 'a'",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,4]}} | too large",
      })
  void damagedHeaderIsRefusedInOneLineThatNamesTheFile(String header, String problem) {
    String json =
        header
            .replace("A", "{'dtype':'F32','shape':[1],'data_offsets':[0,4]}")
            .replace('\'', '"')
            .replace("metadata \"a\"", "metadata 'a'");
    SafetensorsException e =
        assertThrows(
            SafetensorsException.class, () -> SafetensorsFile.open(file(json, new byte[8])));
    assertTrue(e.getMessage().contains(problem), e.getMessage());
    assertTrue(e.getMessage().startsWith(folder.toString()), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void shortFileAndAbsurdHeaderLengthAreRefused() throws IOException {
    Path file = folder.resolve("short");
    Files.write(file, new byte[5]);
    assertThrows(SafetensorsException.class, () -> SafetensorsFile.open(file));
    Files.write(file, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 0});
    assertThrows(SafetensorsException.class, () -> SafetensorsFile.open(file));
    SafetensorsException e =
        assertThrows(
            SafetensorsException.class, () -> SafetensorsFile.open(folder.resolve("none")));
    assertTrue(e.getMessage().endsWith("no such file"), e.getMessage());
  }

  @Test
  void missingTensorIsNamed() {
    Path file = file("{}", new byte[0]);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      SafetensorsException e =
          assertThrows(SafetensorsException.class, () -> read.doubles("wanted"));
      assertTrue(e.getMessage().contains("'wanted' is missing"), e.getMessage());
    }
  }

  @Test
  void failedWriteLeavesTheOldFileAndNoOther() throws IOException {
    Path file = folder.resolve("x.safetensors");
    Files.writeString(file, "old");
    SafetensorsWriter writer =
        new SafetensorsWriter(Map.of())
            .addFloats("f", List.of(2_000_000L), (from, n) -> failAfterFirst(from, n));
    assertThrows(UncheckedIOException.class, () -> writer.write(file));
    assertEquals("old", Files.readString(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  private static float[] failAfterFirst(long from, int count) {
    if (from > 0) {
      throw new UncheckedIOException(new IOException("no space left"));
    }
    return new float[count];
  }

  private Path file(String json, byte[] data) {
    byte[] header = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header).put(data);
    try {
      return Files.write(folder.resolve("file.safetensors"), bytes.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
