package dev.gatun.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Texts as tokens: a zip archive with an entry of the same name for each text, holding its ids of
 * GPT-2's full vocabulary as little-endian unsigned 16-bit numbers. The archive's comment says so,
 * and in which version. As the encoding loses nothing, the texts come back as they were.
 */
final class TokenZip implements SourceArchive {
  private static final Tokenizer TOKENIZER = new Gpt2Tokenizer(Gpt2Tokenizer.FULL_VOCABULARY);
  private static final String FORMAT = "gatun tokens 1: " + TOKENIZER.name() + ", uint16";

  /** Equal texts give equal bytes. */
  private static final LocalDateTime NO_DATE = LocalDateTime.of(2000, 1, 1, 0, 0);

  private final Path file;
  private final ZipFile zip;
  private final Map<String, String> decoded = new HashMap<>();

  /**
   * Opens an archive.
   *
   * @throws UnusableCorpusException if it is none of this format
   */
  TokenZip(Path file) throws IOException {
    this.file = file;
    zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8);
    if (!FORMAT.equals(zip.getComment())) {
      String comment = zip.getComment();
      zip.close();
      throw new UnusableCorpusException(
          "%s is no archive of tokens that this Gatun reads ('%s', and it reads '%s')"
              .formatted(file, comment, FORMAT));
    }
  }

  /** Creates or replaces an archive of some texts, in their order. */
  static void write(Path file, List<Corpus.File> texts) throws IOException {
    List<byte[]> tokens = texts.parallelStream().map(text -> encode(text.text())).toList();
    try (var out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.setComment(FORMAT);
      for (int i = 0; i < tokens.size(); i++) {
        out.putNextEntry(entry(texts.get(i).name(), tokens.get(i)));
        out.write(tokens.get(i));
        out.closeEntry();
      }
    }
  }

  /** Not compressed: whatever carries the archive compresses it better as a whole. */
  private static ZipEntry entry(String name, byte[] bytes) {
    var entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(checksum(bytes));
    entry.setTimeLocal(NO_DATE);
    return entry;
  }

  private static long checksum(byte[] bytes) {
    var crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private static byte[] encode(String text) {
    int[] ids = TOKENIZER.encode(text);
    ByteBuffer bytes = ByteBuffer.allocate(2 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int id : ids) {
      bytes.putShort((short) id);
    }
    return bytes.array();
  }

  @Override
  public List<String> names() {
    return zip.stream().map(ZipEntry::getName).toList();
  }

  @Override
  public long bytes(String name) throws IOException {
    return text(name).getBytes(StandardCharsets.UTF_8).length;
  }

  @Override
  public String text(String name) throws IOException {
    String text = decoded.get(name);
    if (text == null) {
      text = decode(name);
      decoded.put(name, text);
    }
    return text;
  }

  private String decode(String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    try (var stream = zip.getInputStream(entry)) {
      byte[] bytes = stream.readAllBytes();
      if (checksum(bytes) != entry.getCrc()) {
        throw new IOException(name + " is damaged in it");
      }
      var shorts = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
      int[] ids = new int[shorts.remaining()];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = Short.toUnsignedInt(shorts.get(i));
      }
      return TOKENIZER.decode(ids);
    }
  }

  /** The file that it reads. */
  @Override
  public String toString() {
    return file.toString();
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
