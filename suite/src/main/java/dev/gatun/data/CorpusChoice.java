package dev.gatun.data;

import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * What text to read: {@code code} and {@code prose}, which are pinned, {@code jdk}, the sources of
 * the running JDK, or else a text file or a folder of them. Each has the same treatment.
 *
 * @param corpus name or path
 * @param prefix of the JDK's files, as {@code java.base/}
 * @param byteLimit most bytes to take of the JDK's files or of a folder
 * @param heldOut share of the characters that nothing is trained on
 * @param large whether code and prose are to be as large as they come, for which jars may be
 *     fetched
 */
public record CorpusChoice(
    String corpus, String prefix, long byteLimit, double heldOut, boolean large) {
  /** The text of the claims: pinned sources without comments. */
  public static final String CODE = "code";

  /** The English of the same sources' Javadoc. */
  public static final String PROSE = "prose";

  /** The sources of the running JDK. */
  public static final String JDK = "jdk";

  /** A tenth is held out for evaluation. */
  public static final double USUAL_HELD_OUT = 0.1;

  /** Files of less are kept in memory; larger ones are read again and again. */
  private static final long IN_MEMORY = 1L << 28;

  /** Checks the share. */
  public CorpusChoice {
    if (!(heldOut > 0 && heldOut < 1)) {
      throw new IllegalArgumentException(
          "the share for validation is " + heldOut + "; choose one between 0 and 1");
    }
  }

  /** The pinned code that comes with the application. */
  public static CorpusChoice code() {
    return new CorpusChoice(CODE, "", Long.MAX_VALUE, USUAL_HELD_OUT, false);
  }

  /** The pinned prose that comes with the application. */
  public static CorpusChoice prose() {
    return new CorpusChoice(PROSE, "", Long.MAX_VALUE, USUAL_HELD_OUT, false);
  }

  /** Whether it is pinned, so that there is nothing to limit. */
  public boolean isPinned() {
    return corpus.equals(CODE) || corpus.equals(PROSE);
  }

  /**
   * Reads and treats it.
   *
   * @param note is told of jars that are fetched
   * @throws UnusableCorpusException if there is none, or it is unreadable or empty
   */
  public Corpus read(Consumer<String> note) {
    return switch (corpus) {
      case CODE -> pinned(JavaText::code, note);
      case PROSE -> pinned(JavaText::prose, note);
      case JDK ->
          new Treatment(JDK, UnaryOperator.identity(), heldOut, true)
              .add(JdkSources.read(prefix, byteLimit))
              .corpus();
      default -> ofTheUser(Path.of(corpus));
    };
  }

  private Corpus pinned(UnaryOperator<String> language, Consumer<String> note) {
    SourceJars places = SourceJars.ofThisProcess(note);
    var treatment = new Treatment(corpus, language, heldOut, true);
    for (SourceJar jar : PinnedText.shipped().jars(large)) {
      treatment.add(PinnedText.read(jar, places));
    }
    return treatment.corpus();
  }

  private Corpus ofTheUser(Path path) {
    TextFiles files = TextFiles.inPieces(path, byteLimit, heldOut);
    boolean inMemory = files.bytes() < IN_MEMORY;
    return new Treatment(files.name(), UnaryOperator.identity(), heldOut, inMemory)
        .saying(files.cut())
        .add(files.files())
        .corpus();
  }
}
