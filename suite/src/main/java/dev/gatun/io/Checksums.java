package dev.gatun.io;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder whose file {@code SHA256SUMS} has the checksums of the others, so that {@code sha256sum
 * -c SHA256SUMS} checks them. Files and checksums are replaced together ({@link AtomicFiles}).
 */
public record Checksums(Path folder) {
  /** The file of the checksums. */
  public static final String NAME = "SHA256SUMS";

  /** A checksum, and the name of a file in printable ASCII without folders, as Gatun's are. */
  private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([ -.0-~]+)\n");

  /**
   * Whether the folder has checksums, or a write that was cut short left them to be moved there.
   */
  public boolean exist() {
    return files(Disk.REAL).contain(NAME);
  }

  private AtomicFiles files(Disk disk) {
    return new AtomicFiles(folder, disk);
  }

  /**
   * Creates or replaces files of the folder together with their checksums, which are the only ones
   * there are then.
   *
   * @param files their contents by their names, in the order of the checksums
   * @param disk the real one, or one that a test makes fail
   * @throws UnwritableFileException if that fails
   */
  public void write(Map<String, AtomicFile.Body> files, Disk disk) {
    write(Map.of(), files, disk);
  }

  /**
   * As {@link #write}, of files that share the folder with others, whose checksums stay as they
   * are.
   *
   * @throws UnwritableFileException if that fails
   */
  public void update(Map<String, AtomicFile.Body> files) {
    files(Disk.REAL).complete();
    Map<String, String> others;
    try {
      others = exist() ? sums(text()) : Map.of();
    } catch (IOException e) {
      throw new UnwritableFileException(
          "cannot read %s (%s); delete it".formatted(folder.resolve(NAME), AtomicFile.reason(e)),
          e);
    }
    write(others, files, Disk.REAL);
  }

  /**
   * Writes the checksums of the files that are there.
   *
   * @throws UnwritableFileException if that fails
   */
  public void seal() {
    Map<String, String> sums = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).filter(f -> !f.endsWith(NAME)).toList()) {
        sums.put(file.getFileName().toString(), sha256(file));
      }
    } catch (IOException e) {
      throw new UnwritableFileException(
          "cannot read the files of %s (%s)".formatted(folder, AtomicFile.reason(e)), e);
    }
    AtomicFile.write(folder.resolve(NAME), lines(sums));
  }

  private void write(Map<String, String> others, Map<String, AtomicFile.Body> files, Disk disk) {
    Map<String, String> sums = new LinkedHashMap<>(others);
    Map<String, AtomicFile.Body> bodies = new LinkedHashMap<>();
    files.forEach((name, body) ->
        bodies.put(
            name,
            channel -> {
              MessageDigest digest = Hash.sha256();
              body.writeTo(new DigestedChannel(channel, digest));
              sums.put(name, Hash.hex(digest));
            }));
    bodies.put(NAME, channel -> AtomicFile.writeFully(channel, ByteBuffer.wrap(lines(sums))));
    files(disk).replace(bodies);
  }

  private static byte[] lines(Map<String, String> sums) {
    var lines = new StringBuilder();
    sums.forEach((name, sum) -> lines.append("%s  %s\n".formatted(sum, name)));
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * What is wrong with the folder, in one line that names the file; empty if every file that has a
   * checksum is as it was written. A write that was cut short is completed first.
   *
   * @param needed names of files that must have one
   * @throws UnwritableFileException if it cannot be completed
   */
  public Optional<String> fault(Collection<String> needed) {
    return fault(needed, _ -> true);
  }

  /** As {@link #fault}, of one file alone. */
  public Optional<String> faultOf(String name) {
    return fault(List.of(name), name::equals);
  }

  private Optional<String> fault(Collection<String> needed, Predicate<String> looked) {
    Path list = folder.resolve(NAME);
    if (!Files.isDirectory(folder)) {
      return Optional.of("there is no folder %s".formatted(folder));
    }
    files(Disk.REAL).complete();
    if (!exist()) {
      return Optional.of(
          "there is no %s: it is no folder that Gatun wrote, or the file was deleted; run the command that writes it again"
              .formatted(list));
    }
    try {
      String text = text();
      boolean isList = LINE.matcher(text).replaceAll("").isEmpty();
      if (!isList) {
        return Optional.of(damaged(list));
      }
      Map<String, String> sums = sums(text);
      sums.keySet().removeIf(looked.negate());
      return fault(sums, needed);
    } catch (IOException e) {
      return Optional.of("cannot read the files of %s: %s".formatted(folder, e.getMessage()));
    }
  }

  private String text() throws IOException {
    return Files.readString(folder.resolve(NAME), StandardCharsets.ISO_8859_1);
  }

  private static Map<String, String> sums(String text) {
    Map<String, String> sums = new LinkedHashMap<>();
    LINE.matcher(text).results().forEach(line -> sums.put(line.group(2), line.group(1)));
    return sums;
  }

  private Optional<String> fault(Map<String, String> sums, Collection<String> needed)
      throws IOException {
    Path list = folder.resolve(NAME);
    for (String name : needed) {
      if (!sums.containsKey(name)) {
        return Optional.of(
            "%s has no checksum of %s; run the command that writes it again".formatted(list, name));
      }
    }
    for (var sum : sums.entrySet()) {
      Path file = folder.resolve(sum.getKey());
      if (!Files.isRegularFile(file)) {
        return Optional.of(
            "there is no %s, which %s lists; delete that list and run the command that writes it again"
                .formatted(file, list));
      }
      if (!sum.getValue().equals(sha256(file))) {
        return Optional.of(damaged(file));
      }
    }
    return Optional.empty();
  }

  private static String damaged(Path file) {
    return "%s is truncated, damaged or edited, as %s shows; take a copy of it, or delete both and run the command that writes it again"
        .formatted(file, NAME);
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest digest = Hash.sha256();
    try (var stream = new DigestInputStream(Files.newInputStream(file), digest)) {
      stream.transferTo(OutputStream.nullOutputStream());
    }
    return Hash.hex(digest);
  }

  /** Sees all that is written through it. */
  private record DigestedChannel(WritableByteChannel channel, MessageDigest digest)
      implements WritableByteChannel {
    @Override
    public int write(ByteBuffer bytes) throws IOException {
      ByteBuffer seen = bytes.duplicate();
      int written = channel.write(bytes);
      digest.update(seen.limit(bytes.position()));
      return written;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
