package dev.gatun.cli;

import dev.gatun.data.Corpus;
import dev.gatun.data.JdkSources;
import dev.gatun.data.TextFiles;
import dev.gatun.experiment.Tier;
import java.nio.file.Path;
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
      paramLabel = "<path>",
      description = "A text file or a folder of them. Default: the sources of the running JDK.")
  private Path path;

  @Option(
      names = "--corpus-limit",
      paramLabel = "<MiB>",
      description = {
        "Most text to read, in MiB; what comes after it is left out.",
        "Default: 16, and 4096 of your own text at the desk and paper tiers."
      })
  private Long limit;

  /**
   * Reads it.
   *
   * @throws dev.gatun.data.UnusableCorpusException if there is none or it is empty
   */
  Corpus read(Tier tier) {
    if (limit != null && (limit < 1 || limit > MOST_MEBIBYTES)) {
      throw new IllegalArgumentException(
          "--corpus-limit is a number of MiB between 1 and %s, not %s"
              .formatted(MOST_MEBIBYTES, limit));
    }
    long usual = path == null || tier == Tier.QUICK ? BYTES : MORE_BYTES;
    long bytes = limit == null ? usual : limit << 20;
    return path == null ? JdkSources.read(MODULE, bytes) : TextFiles.read(path, bytes);
  }
}
