package dev.gatun.bundle;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Copies a jar without compression, and without native libraries that nothing loads. */
final class PlainJar {
  private static final LocalDateTime NO_DATE = LocalDateTime.of(2000, 1, 1, 0, 0);

  /**
   * OpenBLAS' JNI, as Gatun calls OpenBLAS itself; zstd's and the tokenizers' libraries for other
   * systems; the tokenizers' lists of models; and what JMH's statistics take nothing of.
   */
  private static final Pattern UNUSED =
      Pattern.compile(
          "org/bytedeco/.*/(libjni.*\\.so|include/.*)"
              + "|(?!linux/amd64/)(aix|darwin|freebsd|linux|win)/.*/libzstd-jni.*"
              + "|native/lib/(?!linux-x86_64/)[^/]+/.*|(cv|nlp)/.*/ai\\.djl\\..*\\.json"
              + "|org/apache/commons/math3/(complex|dfp|filter|fitting|genetics|geometry|ml|ode"
              + "|optim|optimization|primes|transform)/.*");

  /** The tokenizers' native library, a fifth of what the bundle would be. */
  private static final Pattern TOKENIZERS = Pattern.compile("native/lib/.*");

  private PlainJar() {}

  /**
   * @param withTokenizers whether their native library is copied too
   */
  static void copy(Path from, Path to, boolean withTokenizers) throws IOException {
    try (var in = new ZipFile(from.toFile(), StandardCharsets.UTF_8);
        var out = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(to)))) {
      for (ZipEntry entry : in.stream().toList()) {
        if (!entry.isDirectory()
            && !UNUSED.matcher(entry.getName()).matches()
            && (withTokenizers || !TOKENIZERS.matcher(entry.getName()).matches())) {
          copy(in, entry, out);
        }
      }
    }
  }

  private static void copy(ZipFile in, ZipEntry entry, ZipOutputStream out) throws IOException {
    byte[] bytes;
    try (var stream = in.getInputStream(entry)) {
      bytes = stream.readAllBytes();
    }
    var crc = new CRC32();
    crc.update(bytes);
    var plain = new ZipEntry(entry.getName());
    plain.setMethod(ZipEntry.STORED);
    plain.setSize(bytes.length);
    plain.setCrc(crc.getValue());
    plain.setTimeLocal(NO_DATE);
    out.putNextEntry(plain);
    out.write(bytes);
    out.closeEntry();
  }
}
