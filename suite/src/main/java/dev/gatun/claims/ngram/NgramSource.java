package dev.gatun.claims.ngram;

import dev.gatun.claims.ngram.NgramSetting.Rows;
import dev.gatun.claims.ngram.NgramSetting.Sample;
import dev.gatun.data.Corpus;
import dev.gatun.data.Randomness;
import dev.gatun.data.Tokenizer;
import dev.gatun.data.UnusableCorpusException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Matrices of a corpus. The text is read once, when the first matrix is asked for; all matrices of
 * a sample come from one sort, and last until another sample is asked for.
 */
final class NgramSource implements AutoCloseable {
  /** Tokens of the smallest part, below which there is nothing to see. */
  private static final long LEAST_TOKENS = 1024;

  /** Rows of a smoothed model for each token of the vocabulary: enough for every rank. */
  private static final int SAMPLED_ROWS = 4;

  private final Corpus corpus;
  private final NgramPlan plan;
  private final NgramMeasures measures;
  private final long memoryBytes;
  private final TokenFile.Listener listener;
  private final Tokenizer tokenizer;
  private final TemporaryFiles files;
  private final Map<Rows, NgramMatrix> matrices = new LinkedHashMap<>();
  private Optional<TokenFile> tokens = Optional.empty();
  private Optional<Sample> sample = Optional.empty();

  /**
   * Of a corpus.
   *
   * @param memoryBytes most memory for n-grams
   * @param folder for temporary files; what it holds is deleted
   */
  NgramSource(
      Corpus corpus,
      Tokenizer tokenizer,
      NgramPlan plan,
      NgramMeasures measures,
      long memoryBytes,
      Path folder,
      TokenFile.Listener listener) {
    this.corpus = corpus;
    this.plan = plan;
    this.measures = measures;
    this.memoryBytes = memoryBytes;
    this.listener = listener;
    this.tokenizer = tokenizer;
    this.files = new TemporaryFiles(folder);
  }

  String tokenizerName() {
    return tokenizer.name();
  }

  long tokens(NgramSetting setting) {
    return all().tokens() / setting.part();
  }

  /**
   * The matrix of a setting of the plan.
   *
   * @throws UnusableCorpusException if the corpus is too small
   */
  NgramMatrix matrix(NgramSetting setting) {
    if (!sample.equals(Optional.of(setting.sample()))) {
      matrices.values().forEach(NgramMatrix::delete);
      matrices.clear();
      count(setting);
      sample = Optional.of(setting.sample());
    }
    return matrices.get(setting.rows());
  }

  /** The rows of a setting of the plan that is smoothed. */
  SmoothedRows smoothed(NgramSetting setting) {
    Randomness randomness = Randomness.of(setting.seed()).stream("sampled contexts");
    int rows = SAMPLED_ROWS * plan.vocabulary();
    return new SmoothedRows(
        all(), enoughTokens(setting), plan.vocabulary(), setting.order(), rows, randomness);
  }

  private void count(NgramSetting setting) {
    List<Rows> rows =
        plan.settings().stream()
            .filter(other -> other.sample().equals(setting.sample()) && !other.smoothed())
            .map(NgramSetting::rows)
            .toList();
    long first = enoughTokens(setting);
    if (!setting.shuffled()) {
      count(all(), first, rows);
      return;
    }
    TokenFile shuffled =
        all().shuffled(first, Randomness.of(setting.seed()).stream("shuffled corpus"));
    count(shuffled, first, rows);
    shuffled.delete();
  }

  private long enoughTokens(NgramSetting setting) {
    long first = tokens(setting);
    if (first < LEAST_TOKENS) {
      throw new UnusableCorpusException(
          "%s has %s tokens, and 1/%s of it is to be measured; give a text of %s tokens or more"
              .formatted(
                  corpus.name(), all().tokens(), setting.part(), LEAST_TOKENS * setting.part()));
    }
    return first;
  }

  private void count(TokenFile from, long first, List<Rows> rows) {
    NgramMatrices.of(from, first, plan.vocabulary(), rows, measures, memoryBytes, files)
        .forEach(matrix -> matrices.put(matrix.of(), matrix));
  }

  private TokenFile all() {
    if (tokens.isEmpty()) {
      tokens = Optional.of(TokenFile.of(corpus, tokenizer, files, listener));
    }
    return tokens.get();
  }

  /** Deletes the temporary files. */
  @Override
  public void close() {
    files.close();
  }
}
