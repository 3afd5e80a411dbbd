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

  @Option(
      names = "--corpus",
      paramLabel = "<path>",
      description = "A text file or a folder of them. Default: the sources of the running JDK.")
  private Path path;

  /**
   * Reads it.
   *
   * @throws dev.gatun.data.UnusableCorpusException if there is none or it is empty
   */
  Corpus read(Tier tier) {
    return path == null
        ? JdkSources.read(MODULE, BYTES)
        : TextFiles.read(path, tier == Tier.QUICK ? BYTES : MORE_BYTES);
  }
}
