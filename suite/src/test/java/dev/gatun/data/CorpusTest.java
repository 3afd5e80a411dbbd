package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  @TempDir Path folder;

  @Test
  void jdkSourcesAreFilteredAndLimited() throws IOException {
    Path home = jdk("b/B.java", "a/C.java", "a/A.java", "a/readme.txt");
    List<String> all = names(JdkSources.read(home, "", Long.MAX_VALUE));
    assertEquals(List.of("a/A.java", "a/C.java", "b/B.java"), all);
    assertEquals(List.of("a/A.java", "a/C.java"), names(JdkSources.read(home, "a/", 1 << 20)));
    List<String> some = names(JdkSources.read(home, "", 20));
    assertEquals(2, some.size());
    assertTrue(all.containsAll(some));
  }

  @Test
  void aJdkWithoutSourcesSaysWhatSuppliesThem() {
    String message = messageOf(() -> JdkSources.read(folder, "", 100));
    assertTrue(message.contains("openjdk-25-source"), message);
    assertTrue(message.contains("--corpus"), message);
    assertFalse(message.contains("\n"), message);
  }

  @Test
  void anArchiveThatIsNoneIsOneClearError() throws IOException {
    Path home = jdk("a/A.java");
    Files.writeString(home.resolve("lib/src.zip"), "not a zip");
    assertTrue(messageOf(() -> JdkSources.read(home, "", 100)).contains("src.zip"));
  }

  @Test
  void noFileOfTheModuleIsOneClearError() throws IOException {
    Path home = jdk("a/A.java");
    assertTrue(messageOf(() -> JdkSources.read(home, "c/", 100)).contains("'c/'"));
  }

  @Test
  void aFolderIsReadInTheOrderOfNamesWithoutHiddenFiles() throws IOException {
    Files.createDirectories(folder.resolve("x/.git"));
    Files.writeString(folder.resolve("x/z.txt"), "last");
    Files.writeString(folder.resolve("x/.git/config"), "hidden");
    Files.writeString(folder.resolve("a.txt"), "naïve");
    Corpus corpus = TextFiles.read(folder, 1 << 20);
    assertEquals(List.of("a.txt", "x/z.txt"), names(corpus.files()));
    assertEquals("naïve", corpus.files().getFirst().text());
    assertEquals(List.of("a.txt"), names(TextFiles.read(folder, 8).files()));
    assertEquals("last", TextFiles.read(folder.resolve("x/z.txt"), 8).files().getFirst().text());
  }

  @Test
  void missingEmptyAndForeignTextAreOneClearErrorEach() throws IOException {
    Path missing = folder.resolve("none.txt");
    assertTrue(messageOf(() -> TextFiles.read(missing, 100)).contains("does not exist"));
    assertTrue(messageOf(() -> TextFiles.read(folder, 100)).contains("holds no text"));
    Path binary = Files.write(folder.resolve("b.bin"), new byte[] {(byte) 0xFF, 0, 1});
    assertTrue(messageOf(() -> TextFiles.read(binary, 100)).contains("not UTF-8"));
  }

  @Test
  void theHashTellsWhatIsHeldOut() {
    List<Corpus.File> files = List.of(new Corpus.File("a", "x"), new Corpus.File("b", "y"));
    long hashes =
        List.of(0, 1, 2).stream()
            .map(held -> Corpus.of("c", files, held, "").sha256())
            .distinct()
            .count();
    assertEquals(3, hashes);
  }

  private Path jdk(String... entries) throws IOException {
    Path home = Files.createDirectories(folder.resolve("jdk"));
    Files.createDirectories(home.resolve("lib"));
    try (var zip = new ZipOutputStream(Files.newOutputStream(home.resolve("lib/src.zip")))) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(("of " + entry).substring(0, 10).getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return home;
  }

  private static List<String> names(List<Corpus.File> files) {
    return files.stream().map(Corpus.File::name).sorted().toList();
  }

  private static String messageOf(Executable executable) {
    return assertThrows(UnusableCorpusException.class, executable).getMessage();
  }
}
