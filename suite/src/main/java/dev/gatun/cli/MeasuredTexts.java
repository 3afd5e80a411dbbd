package dev.gatun.cli;

import dev.gatun.data.Corpus;
import dev.gatun.data.CorpusChoice;
import dev.gatun.data.Randomness;
import dev.gatun.data.TextFiles;
import dev.gatun.data.TokenizerJson;
import dev.gatun.data.UnusableCorpusException;
import dev.gatun.measure.TokenBatch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * What checkpoints are measured on: given token ids, or texts that each checkpoint's own tokenizer
 * cuts into sequences.
 *
 * @param given token ids; empty where there are texts
 * @param corpora the texts
 * @param size of the sequences cut of them
 * @param beginning which sequences begin with a token of its own
 */
record MeasuredTexts(
    List<TokenBatch> given, List<Corpus> corpora, Size size, BeginningToken beginning, long seed) {
  private static final String BEGINNING =
      "every sequence begins with token %s, which the model's files put before a text";

  /** Bytes of a text that are looked at. */
  private static final long BYTES = 16L << 20;

  /**
   * How many sequences of how many tokens.
   *
   * @param contexts wanted in all; a sequence of T tokens has T − 1
   */
  record Size(int contexts, int length) {
    /** Sequences that come nearest to the contexts, one at least. */
    int sequences() {
      return Math.max(1, Math.round((float) contexts / (length - 1)));
    }
  }

  static MeasuredTexts given(Path tokens, long seed) {
    TokenBatch batch = TokensFile.read(tokens);
    return new MeasuredTexts(
        List.of(batch), List.of(), new Size(batch.contexts(), 2), BeginningToken.NEVER, seed);
  }

  /**
   * Texts.
   *
   * @param otherwise read if there are none
   * @throws UnusableCorpusException if one cannot be read, or two are of equal name
   */
  static MeasuredTexts read(
      List<Path> texts, CorpusChoice otherwise, Size size, BeginningToken beginning, long seed) {
    List<Corpus> corpora = new ArrayList<>();
    for (Path text : texts) {
      Corpus corpus = TextFiles.read(text, BYTES);
      if (corpora.stream().anyMatch(other -> other.name().equals(corpus.name()))) {
        throw new UnusableCorpusException(
            "%s is the second text named %s; rename one, or give it once"
                .formatted(text, corpus.name()));
      }
      corpora.add(corpus);
    }
    if (corpora.isEmpty()) {
      corpora.add(otherwise.read(_ -> {}));
    }
    return new MeasuredTexts(List.of(), corpora, size, beginning, seed);
  }

  List<String> names() {
    return given.isEmpty()
        ? corpora.stream().map(Corpus::name).toList()
        : given.stream().map(TokenBatch::name).toList();
  }

  /** What cuts them, for settings tables and configurations. */
  String tokenizer() {
    if (!given.isEmpty()) {
      return "token ids as given";
    }
    return TokenizerJson.FILE
        + switch (beginning) {
          case NEVER -> ", no special tokens added";
          case ALWAYS -> ", a token that begins each sequence";
          case AUTO -> ", with the token that it puts before a text, if any";
        };
  }

  /**
   * The sequences for a checkpoint, text by text.
   *
   * @throws UnusableCorpusException if its tokenizer is missing, or a text is too short
   */
  List<TokenBatch> of(StoredCheckpoint checkpoint) {
    if (!given.isEmpty()) {
      return given;
    }
    try (TokenizerJson tokenizer =
        TokenizerJson.of(checkpoint.folder(), checkpoint.config().vocabulary())) {
      int[] first = beginning.of(checkpoint, tokenizer);
      Arrays.stream(first)
          .forEach(token -> checkpoint.source().notes().add(BEGINNING, Integer.toString(token)));
      return corpora.stream().map(corpus -> sequences(corpus, tokenizer, first)).toList();
    }
  }

  /**
   * Windows of the text that do not overlap, chosen at random, in their order.
   *
   * @param first tokens before each
   */
  private TokenBatch sequences(Corpus corpus, TokenizerJson tokenizer, int[] first) {
    int[] tokens =
        corpus.files().parallelStream()
            .map(file -> tokenizer.encode(file.text()))
            .flatMapToInt(Arrays::stream)
            .toArray();
    boolean hasText = corpus.files().stream().anyMatch(file -> !file.text().isBlank());
    if (tokens.length == 0 && hasText) {
      throw new UnusableCorpusException(
          "%s makes no token of the text %s; correct its \"post_processor\" or \"normalizer\", or give token ids with --tokens <file.safetensors>"
              .formatted(tokenizer.file(), corpus.name()));
    }
    if (tokens.length < 2) {
      throw new UnusableCorpusException(
          "the text %s is %s tokens and 2 are needed; give a longer one"
              .formatted(corpus.name(), tokens.length));
    }
    int before = Math.min(first.length, size.length() - 1);
    int window = Math.min(size.length() - before, tokens.length);
    int length = before + window;
    int[] windows = chosen(tokens.length / window, size.sequences());
    int[] cut = new int[windows.length * length];
    for (int i = 0; i < windows.length; i++) {
      System.arraycopy(first, 0, cut, i * length, before);
      System.arraycopy(tokens, windows[i] * window, cut, i * length + before, window);
    }
    return new TokenBatch(corpus.name(), corpus.sha256(), cut, windows.length, length);
  }

  /** Some of n windows, by the first steps of a shuffle. */
  private int[] chosen(int n, int wanted) {
    RandomGenerator generator = Randomness.of(seed).stream("windows").generator();
    int[] all = IntStream.range(0, n).toArray();
    int count = Math.min(n, wanted);
    for (int i = 0; i < count; i++) {
      int other = generator.nextInt(i, n);
      int window = all[other];
      all[other] = all[i];
      all[i] = window;
    }
    return Arrays.stream(all, 0, count).sorted().toArray();
  }
}
