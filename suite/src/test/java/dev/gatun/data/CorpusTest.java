package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  @TempDir Path folder;

  @Test
  void jdkSourcesAreSortedFilteredAndLimited() throws IOException {
    Path home = jdk("b/B.java", "a/C.java", "a/A.java", "a/readme.txt");
    Corpus all = JdkSources.read(home, "", Long.MAX_VALUE);
    assertEquals(List.of("a/A.java", "a/C.java", "b/B.java"), names(all));
    assertEquals(List.of("a/A.java", "a/C.java"), names(JdkSources.read(home, "a/", 1 << 20)));
    Corpus some = JdkSources.read(home, "", 20);
    assertEquals(2, some.files().size());
    assertTrue(names(all).containsAll(names(some)));
    assertNotEquals(all.sha256(), some.sha256());
    assertEquals(all.sha256(), JdkSources.read(home, "", Long.MAX_VALUE).sha256());
  }

  @Test
  void tokensGiveTheSameCorporaAsTheSourcesTheyWereMadeOf() throws IOException {
    Path home = jdk("b/B.java", "a/Ç.java", "a/A.java", "c/C.java");
    Path tokens = folder.resolve("jdk.tokens");
    JdkSources.tokenize(home, "", tokens);
    for (String prefix : List.of("", "a/", "b/B")) {
      for (long limit : List.of(20L, 30L, Long.MAX_VALUE)) {
        assertEquals(
            JdkSources.read(home, prefix, limit), JdkSources.readTokens(tokens, prefix, limit));
      }
    }
    byte[] written = Files.readAllBytes(tokens);
    JdkSources.tokenize(home, "", tokens);
    assertArrayEquals(written, Files.readAllBytes(tokens));
  }

  @Test
  void tokensThatAreNoneOrDamagedAreOneClearError() throws IOException {
    Path home = jdk("a/A.java");
    Path zip = home.resolve("lib/src.zip");
    assertTrue(
        messageOf(() -> JdkSources.readTokens(zip, "", 100)).contains("no archive of tokens"));
    Path tokens = folder.resolve("jdk.tokens");
    JdkSources.tokenize(home, "", tokens);
    byte[] damaged = Files.readAllBytes(tokens);
    damaged["a/A.java".length() + 30] ^= 1;
    Files.write(tokens, damaged);
    assertTrue(
        messageOf(() -> JdkSources.readTokens(tokens, "", 100)).contains("a/A.java is damaged"));
  }

  @Test
  void aJdkWithoutSourcesSaysWhatSuppliesACorpus() {
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
    assertEquals(List.of("a.txt", "x/z.txt"), names(corpus));
    assertEquals("naïve", corpus.files().getFirst().text());
    assertEquals(List.of("a.txt"), names(TextFiles.read(folder, 8)));
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
  void filesStayInTheirPartWhenOthersComeAndPartsAreDisjoint() {
    List<Corpus.File> files =
        java.util.stream.IntStream.range(0, 400)
            .mapToObj(i -> new Corpus.File("f" + i, "" + (char) (0x100 + i)))
            .toList();
    var tokenizer = new ByteTokenizer();
    var large = TokenizedCorpus.of(Corpus.of("large", files), tokenizer, 0.1);
    var small = TokenizedCorpus.of(Corpus.of("small", files.subList(0, 200)), tokenizer, 0.1);
    assertEquals(0.1, large.validation().length / 800.0, 0.05);
    assertEquals(800, large.train().length + large.validation().length);
    assertTrue(texts(large.validation()).containsAll(texts(small.validation())));
    assertTrue(texts(large.train()).containsAll(texts(small.train())));
  }

  @Test
  void aSingleFileIsSplitByTokens() {
    var corpus = Corpus.of("one", List.of(new Corpus.File("a", "0123456789")));
    var tokens = TokenizedCorpus.of(corpus, new ByteTokenizer(), 0.2);
    assertArrayEquals("01234567".chars().toArray(), tokens.train());
    assertArrayEquals("89".chars().toArray(), tokens.validation());
  }

  private static Set<String> texts(int[] bytes) {
    String all = new ByteTokenizer().decode(bytes);
    return new HashSet<>(all.chars().mapToObj(Character::toString).toList());
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

  private static List<String> names(Corpus corpus) {
    return corpus.files().stream().map(Corpus.File::name).toList();
  }

  private static String messageOf(org.junit.jupiter.api.function.Executable executable) {
    return assertThrows(UnusableCorpusException.class, executable).getMessage();
  }
}
