package dev.gatun.cli;

import dev.gatun.data.Corpus;
import dev.gatun.data.CorpusChoice;
import dev.gatun.experiment.Tier;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** What text to train on. */
final class CorpusOptions {
  private static final String MODULE = "java.base/";
  private static final long BYTES = 16L << 20;

  /** Of the user's own text at tiers that train for longer. */
  private static final long MORE_BYTES = 4L << 30;

  private static final long MOST_MEBIBYTES = 1L << 30;

  @Option(
      names = "--corpus",
      paramLabel = "<text>",
      defaultValue = CorpusChoice.CODE,
      description = {
        "code: Java sources of several libraries, without comments; prose: the English of their",
        "Javadoc; jdk: the sources of the running JDK; else a text file or a folder of them.",
        "Code and prose come with Gatun; at the desk and paper tiers more of it is fetched from",
        "Maven Central, or the repository that GATUN_MAVEN_REPOSITORY names. Default: code."
      })
  private String corpus;

  @Option(
      names = "--corpus-limit",
      paramLabel = "<MiB>",
      description = {
        "Most text to read of the JDK or of your own, in MiB; what comes after it is left out.",
        "Default: 16, and 4096 of your own text at the desk and paper tiers."
      })
  private Long limit;

  /**
   * Reads it.
   *
   * @param note is told of what is fetched
   * @throws dev.gatun.data.UnusableCorpusException if there is none or it is empty
   */
  Corpus read(Tier tier, Consumer<String> note) {
    if (limit != null && (limit < 1 || limit > MOST_MEBIBYTES)) {
      throw new IllegalArgumentException(
          "--corpus-limit is a number of MiB between 1 and %s, not %s"
              .formatted(MOST_MEBIBYTES, limit));
    }
    boolean isQuick = tier == Tier.QUICK;
    long usual = corpus.equals(CorpusChoice.JDK) || isQuick ? BYTES : MORE_BYTES;
    long bytes = limit == null ? usual : limit << 20;
    var choice = new CorpusChoice(corpus, MODULE, bytes, CorpusChoice.USUAL_HELD_OUT, !isQuick);
    if (limit != null && choice.isPinned()) {
      throw new IllegalArgumentException(
          "--corpus-limit is for jdk and for text of your own; %s is read as a whole"
              .formatted(corpus));
    }
    return choice.read(note);
  }
}
