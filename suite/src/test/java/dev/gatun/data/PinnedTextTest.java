package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PinnedTextTest {
  private static final SourceJar JAR = PinnedText.shipped().quick().getFirst();

  /** Nothing answers at this port. */
  private static final String NOWHERE = "http://127.0.0.1:9";

  @TempDir Path folder;
  private final List<String> notes = new ArrayList<>();

  /** A change of the treatment changes the text, and with it every stored result. */
  @ParameterizedTest
  @CsvSource({
    "code, 10_000_000, f4325a89231347b2ebbb2b80fdf71db05a67b9ed72042657d189c7ba005846a3",
    "prose, 5_000_000, 54108a268223852e74a788456cac7866b72c66f4570aaa346e90914c3b9c02b2"
  })
  void corporaAreThePinnedOnes(String name, String atLeast, String sha256) {
    Corpus corpus = new CorpusChoice(name, "", 1, 0.1, false).read(_ -> {});
    assertTrue(corpus.characters() >= Long.parseLong(atLeast.replace("_", "")), corpus.toString());
    long held = corpus.validation().stream().mapToLong(file -> file.text().length()).sum();
    assertEquals(0.1, held / (double) corpus.characters(), 0.01);
    assertTrue(corpus.heldOut() >= 100, corpus.heldOut() + " documents held out");
    assertEquals(sha256, corpus.sha256(), corpus.treatment());
  }

  @Test
  void theJarsOfTheQuickTierComeWithTheApplicationAndAllAreApacheLicensed() {
    Path text = Path.of(System.getProperty("gatun.text"));
    for (SourceJar jar : PinnedText.shipped().quick()) {
      assertTrue(Files.isRegularFile(text.resolve(jar.file())), jar + " is not in the pom");
    }
    for (SourceJar jar : PinnedText.shipped().jars(true)) {
      assertEquals("Apache-2.0", jar.licence());
    }
  }

  private SourceJars places(String remote) {
    return new SourceJars(
        Optional.of(folder.resolve("application")),
        folder.resolve("local"),
        remote,
        folder.resolve("cache"),
        notes::add);
  }

  private static byte[] jar() throws IOException {
    return Files.readAllBytes(SourceJars.ofThisProcess(_ -> {}).find(JAR));
  }

  private static Path put(Path place, byte[] bytes) throws IOException {
    Files.createDirectories(place.getParent());
    return Files.write(place, bytes);
  }

  @Test
  void jarsAreTakenFromTheApplicationThenMavensRepositoryThenTheCache() throws IOException {
    Path cached = put(folder.resolve("cache").resolve(JAR.file()), jar());
    assertEquals(cached, places(NOWHERE).find(JAR));
    Path local = put(folder.resolve("local").resolve(JAR.path()), jar());
    assertEquals(local, places(NOWHERE).find(JAR));
    Path own = put(folder.resolve("application").resolve(JAR.file()), jar());
    assertEquals(own, places(NOWHERE).find(JAR));
    assertEquals(List.of(), notes);
  }

  @Test
  void aMissingJarWithoutANetworkIsOneLineThatSaysWhatToDo() {
    String message = messageOf(places(NOWHERE));
    assertTrue(message.contains(JAR.file()), message);
    assertTrue(message.contains("GATUN_MAVEN_REPOSITORY"), message);
    assertTrue(message.contains("--corpus"), message);
  }

  @Test
  void aDamagedJarIsNotReadAndNamed() throws IOException {
    byte[] bytes = jar();
    bytes[bytes.length / 2] ^= 1;
    Path damaged = put(folder.resolve("cache").resolve(JAR.file()), bytes);
    String message = messageOf(places(NOWHERE));
    assertTrue(message.contains(damaged + " is damaged"), message);
  }

  @Test
  void aJarIsFetchedOnceAndReplacesADamagedOne() throws IOException {
    put(folder.resolve("cache").resolve(JAR.file()), new byte[10]);
    byte[] bytes = jar();
    HttpServer server = serving(bytes);
    try {
      var places = places("http://127.0.0.1:" + server.getAddress().getPort());
      assertEquals(folder.resolve("cache").resolve(JAR.file()), places.find(JAR));
      places.find(JAR);
      assertEquals(1, notes.size());
      assertTrue(notes.getFirst().endsWith(JAR.path()), notes.toString());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatAServerAnswersInsteadOfTheJarIsNotKept() throws IOException {
    HttpServer server = serving("<html>log in first</html>".getBytes());
    try {
      String message = messageOf(places("http://127.0.0.1:" + server.getAddress().getPort()));
      assertTrue(message.contains("is not the pinned jar"), message);
      assertFalse(Files.exists(folder.resolve("cache").resolve(JAR.file())));
      assertTrue(messageOf(places("no address")).contains("no address"));
    } finally {
      server.stop(0);
    }
  }

  private static HttpServer serving(byte[] bytes) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/" + JAR.path(),
        exchange -> {
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String messageOf(SourceJars places) {
    String message =
        assertThrows(UnusableCorpusException.class, () -> places.find(JAR)).getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }
}
