package dev.gatun.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.ReferenceBackend;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cpu.CpuBackend;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Encoding;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
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

  @Test
  void whatTheReferenceImplementationRefusesOfTheHeadersTextIsRefused() {
    byte[] notUtf8 = "{\"\u00ff\":1}".getBytes(StandardCharsets.ISO_8859_1);
    refused(notUtf8, "not UTF-8");
    refused("{}".getBytes(StandardCharsets.UTF_16BE), "not a JSON object");
    refused(" {}".getBytes(StandardCharsets.UTF_8), "not a JSON object");
    String deep = "[".repeat(100_000) + "]".repeat(100_000);
    refused(("{\"a\":{\"x\":" + deep + "}}").getBytes(StandardCharsets.UTF_8), "not JSON");
    refused("{\"a\":{\"dtype\":\"F32\"}}".getBytes(StandardCharsets.UTF_8), "has no shape");
    refused("{\"a\":null}".getBytes(StandardCharsets.UTF_8), "not described by a JSON object");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1000000000]                   | needs 4000000000 bytes",
        "[4294967296,4294967296]        | too large",
        "[3000000000,3000000000,0]      | too large",
        "[9223372036854775808]          | not a count",
        "[-1,-1]                        | not a count",
        "[1e3]                          | not a count",
        "[true]                         | not a count",
        "[[1]]                          | not a count",
        "[0]                            | needs 0 bytes",
        "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"
            + " | more than 64",
      })
  void shapeThatTheBytesAreNotIsRefused(String shape, String problem) {
    String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[0,4]}}";
    refused(header.getBytes(StandardCharsets.UTF_8), problem);
  }

  private void refused(byte[] header, String problem) {
    Path file = HandmadeFile.write(folder.resolve("refused.safetensors"), header, new byte[4]);
    SafetensorsException e =
        assertThrows(SafetensorsException.class, () -> SafetensorsFile.open(file));
    assertTrue(e.getMessage().contains(problem), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void transposeIsReadByBlocks() {
    // More than one band of F32 and F64; no multiple of a tile.
    int rows = 1031;
    int cols = 1201;
    for (SafetensorsType type :
        List.of(SafetensorsType.F64, SafetensorsType.F32, SafetensorsType.BF16)) {
      Path file = matrix(type, rows, cols);
      try (SafetensorsFile read = SafetensorsFile.open(file);
          Backend backend = ReferenceBackend.open();
          TensorScope scope = backend.newScope()) {
        double[] stored = read.doubles("m");
        Tensor to = scope.zeros(backend.real(), cols, rows);
        read.readTransposedInto("m", backend, to);
        double[] transposed = backend.toDoubles(to);
        for (int i = 0; i < transposed.length; i++) {
          assertEquals(stored[i % rows * cols + i / rows], transposed[i], type + " at " + i);
        }
        Tensor other = scope.zeros(backend.real(), rows, cols);
        assertThrows(
            SafetensorsException.class, () -> read.readTransposedInto("m", backend, other));
      }
    }
  }

  @Test
  void rowsAreReadInAnyOrderAndMoreThanOnce() {
    Path file = matrix(SafetensorsType.BF16, 9, 5);
    try (SafetensorsFile read = SafetensorsFile.open(file);
        Backend backend = ReferenceBackend.open();
        TensorScope scope = backend.newScope()) {
      int[] rows = {8, 0, 8, 3};
      Tensor to = scope.zeros(backend.real(), rows.length, 5);
      read.readRowsInto("m", rows, backend, to);
      for (int i = 0; i < rows.length; i++) {
        assertArrayEquals(
            read.doubles("m", rows[i] * 5L, 5), backend.toDoubles(to.rows(i, 1)), "row " + i);
      }
      assertThrows(
          SafetensorsException.class,
          () -> read.readRowsInto("m", new int[] {0, 1, 2, 9}, backend, to));
      assertThrows(
          SafetensorsException.class, () -> read.readRowsInto("m", new int[3], backend, to));
    }
  }

  @Test
  void numberThatIsNotFiniteIsNamedByItsPlaceHoweverItIsRead() {
    Path file = folder.resolve("nan.safetensors");
    new SafetensorsWriter(Map.of())
        .addFloats("head", List.of(5L, 3L), (_, count) -> withOne(Float.NaN, count))
        .addFloats("bias", List.of(15L), (_, count) -> withOne(Float.NEGATIVE_INFINITY, count))
        .write(file);
    try (SafetensorsFile read = SafetensorsFile.open(file);
        Backend backend = ReferenceBackend.open();
        TensorScope scope = backend.newScope()) {
      Tensor matrix = scope.zeros(backend.real(), 5, 3);
      Tensor transpose = scope.zeros(backend.real(), 3, 5);
      int[] rows = {0, 3, 1, 3, 2};
      refused(() -> read.readInto("head", backend, matrix), "'head' holds NaN at [3, 2]");
      refused(() -> read.readTransposedInto("head", backend, transpose), "NaN at [3, 2]");
      refused(() -> read.readRowsInto("head", rows, backend, matrix), "NaN at [3, 2]");
      refused(
          () -> read.readInto("bias", backend, scope.zeros(backend.real(), 15)),
          "'bias' holds an infinity at [11]");
      // Rows that are not used are not looked at.
      read.readRowsInto("head", new int[] {0, 1, 2, 4, 4}, backend, matrix);
    }
  }

  private static float[] withOne(float value, int count) {
    float[] values = new float[count];
    values[11] = value;
    return values;
  }

  private static void refused(Executable reading, String problem) {
    SafetensorsException e = assertThrows(SafetensorsException.class, reading);
    assertTrue(e.getMessage().contains(problem), e.getMessage());
  }

  @Test
  void manyRowsAreReadInBatches() {
    Path file = matrix(SafetensorsType.F32, 7, 3);
    int[] rows = new int[400_001];
    Arrays.setAll(rows, i -> i % 7);
    try (SafetensorsFile read = SafetensorsFile.open(file);
        Backend backend = ReferenceBackend.open();
        TensorScope scope = backend.newScope()) {
      Tensor to = scope.zeros(backend.real(), rows.length, 3);
      read.readRowsInto("m", rows, backend, to);
      double[] stored = read.doubles("m");
      double[] gathered = backend.toDoubles(to);
      for (int i = 0; i < gathered.length; i++) {
        assertEquals(stored[i / 3 % 7 * 3 + i % 3], gathered[i], "element " + i);
      }
    }
  }

  @Test
  void largeTensorIsReadByWindows() {
    int window = (int) (MappedData.WINDOW_BYTES / Float.BYTES);
    int size = 2 * window + 5;
    Path file = folder.resolve("large.safetensors");
    new SafetensorsWriter(Map.of())
        .addFloats("x", List.of((long) size), (from, count) -> numbers(from, count))
        .write(file);
    try (SafetensorsFile read = SafetensorsFile.open(file);
        Backend backend = CpuBackend.open(2);
        TensorScope scope = backend.newScope()) {
      Tensor to = scope.zeros(backend.real(), size);
      read.readInto("x", backend, to);
      assertArrayEquals(numbers(0, size), backend.toFloats(to));
      int from = window - 3;
      assertArrayEquals(numbers(from, window + 7), read.floats("x", from, window + 7));
    }
  }

  private static float[] numbers(long from, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (from + i) % 16_777_213;
    }
    return numbers;
  }

  /** Random bits, of which some are NaN: those are made numbers. */
  private Path matrix(SafetensorsType type, int rows, int cols) {
    byte[] data = new byte[rows * cols * type.byteSize()];
    new Random(5).nextBytes(data);
    for (int i = type.byteSize() - 1; i < data.length; i += type.byteSize()) {
      data[i] = (byte) (data[i] & 0xBE);
    }
    String header =
        "{'m':{'dtype':'%s','shape':[%d,%d],'data_offsets':[0,%d]}}"
            .formatted(type, rows, cols, data.length);
    return HandmadeFile.write(folder.resolve(type + ".safetensors"), header, data);
  }

  @Test
  void integersAreNoRealNumbers() {
    Path file = matrix(SafetensorsType.U16, 2, 2);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThrows(SafetensorsException.class, () -> read.doubles("m"));
      assertThrows(SafetensorsException.class, () -> read.longs("m"));
    }
  }

  @Test
  void fileCutShortAfterItWasOpenedIsRefused() throws IOException {
    Path file = matrix(SafetensorsType.F32, 2048, 8);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(4096);
      }
      SafetensorsException e = assertThrows(SafetensorsException.class, () -> read.doubles("m"));
      assertTrue(e.getMessage().contains("was cut short while it was read"), e.getMessage());
    }
  }

  /** The system sends SIGBUS then, which the JVM makes an InternalError. */
  @Test
  void fileCutShortWhileItIsReadIsRefused() throws IOException {
    Path file = matrix(SafetensorsType.F32, 8192, 8);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var data = new MappedData(file, channel, 0, channel.size());
      SafetensorsException e =
          assertThrows(
              SafetensorsException.class,
              () ->
                  data.read(
                      0,
                      channel.size(),
                      stored -> {
                        cutShort(channel);
                        float[] values = new float[8192 * 8];
                        Encoding.F32.decode(
                            stored.asSlice(0, 4L * values.length),
                            ElementType.F32,
                            MemorySegment.ofArray(values));
                      }));
      assertTrue(e.getMessage().contains("was cut short while it was read"), e.getMessage());
    }
  }

  private static void cutShort(FileChannel channel) {
    try {
      channel.truncate(4096);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String json, byte[] data) {
    return HandmadeFile.write(
        folder.resolve("file.safetensors"), json.getBytes(StandardCharsets.UTF_8), data);
  }
}
