package dev.gatun.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A corpus as token ids, in the part to train on and the part to evaluate on.
 *
 * @param starts where the documents of the validation part begin
 * @param tokenizer name of the tokenizer
 * @param corpus name of the corpus
 * @param sha256 hash of the corpus' text, before tokenizing
 * @param quality what is to be known of the text when a result is judged
 */
public record TokenizedCorpus(
    int[] train,
    int[] validation,
    int[] starts,
    int vocabulary,
    String tokenizer,
    String corpus,
    String sha256,
    TextQuality quality) {

  /** Tokenizes on all processors. */
  public static TokenizedCorpus of(Corpus corpus, Tokenizer tokenizer) {
    List<int[]> train = encode(corpus.train(), tokenizer);
    List<int[]> held = encode(corpus.validation(), tokenizer);
    int[] starts = new int[held.size()];
    for (int i = 1; i < starts.length; i++) {
      starts[i] = starts[i - 1] + held.get(i - 1).length;
    }
    int[] all = join(train);
    return new TokenizedCorpus(
        all,
        join(held),
        starts,
        tokenizer.vocabulary(),
        tokenizer.name(),
        corpus.name(),
        corpus.sha256(),
        TextQuality.of(train, all, held, tokenizer.vocabulary()));
  }

  private static List<int[]> encode(List<Corpus.File> files, Tokenizer tokenizer) {
    return files.parallelStream().map(file -> tokenizer.encode(file.text())).toList();
  }

  /**
   * Two halves of the validation part: whole documents in a random order, so that both are of the
   * same kind of text. The first has half of the tokens, or up to a document more.
   */
  public List<int[]> validationHalves(Randomness randomness) {
    List<int[]> documents = new ArrayList<>();
    for (int i = 0; i < starts.length; i++) {
      int end = i + 1 < starts.length ? starts[i + 1] : validation.length;
      documents.add(Arrays.copyOfRange(validation, starts[i], end));
    }
    shuffle(documents, randomness.generator());
    int first = 0;
    for (int tokens = 0; tokens < validation.length / 2; first++) {
      tokens += documents.get(first).length;
    }
    return List.of(
        join(documents.subList(0, first)), join(documents.subList(first, documents.size())));
  }

  /** The Fisher–Yates shuffle, which needs no more of a generator than its bounded integers. */
  static <T> void shuffle(List<T> items, RandomGenerator generator) {
    for (int i = items.size() - 1; i > 0; i--) {
      int other = generator.nextInt(i + 1);
      T item = items.get(i);
      items.set(i, items.get(other));
      items.set(other, item);
    }
  }

  private static int[] join(List<int[]> pieces) {
    int[] all = new int[Math.toIntExact(pieces.stream().mapToLong(p -> p.length).sum())];
    int at = 0;
    for (int[] piece : pieces) {
      System.arraycopy(piece, 0, all, at, piece.length);
      at += piece.length;
    }
    return all;
  }
}
