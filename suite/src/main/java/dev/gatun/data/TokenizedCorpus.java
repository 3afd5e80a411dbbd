package dev.gatun.data;

import java.util.Arrays;
import java.util.List;

/**
 * A corpus as token ids, split into a part to train on and a part to evaluate on.
 *
 * @param tokenizer name of the tokenizer
 * @param corpus name of the corpus
 * @param sha256 hash of the corpus' text, before tokenizing
 */
public record TokenizedCorpus(
    int[] train, int[] validation, int vocabulary, String tokenizer, String corpus, String sha256) {

  /**
   * Tokenizes on all processors. Files go to one part or the other by a hash of their names, so
   * that a file stays where it is when others come or go. If that leaves a part empty (one file, or
   * a few), the last tokens of the whole are for validation instead.
   *
   * @param validationShare expected share of the files, or share of the tokens, for validation
   */
  public static TokenizedCorpus of(Corpus corpus, Tokenizer tokenizer, double validationShare) {
    if (!(validationShare > 0 && validationShare < 1)) {
      throw new IllegalArgumentException(
          "the share for validation is " + validationShare + "; choose one between 0 and 1");
    }
    record Piece(boolean held, int[] ids) {}
    List<Piece> pieces =
        corpus.files().parallelStream()
            .map(f ->
                new Piece(
                    Corpus.position("split:" + f.name()) < validationShare,
                    tokenizer.encode(f.text())))
            .toList();
    int[] train = join(pieces.stream().filter(p -> !p.held()).map(Piece::ids).toList());
    int[] validation = join(pieces.stream().filter(Piece::held).map(Piece::ids).toList());
    if (train.length == 0 || validation.length == 0) {
      int[] all = join(pieces.stream().map(Piece::ids).toList());
      int cut = all.length - (int) Math.ceil(all.length * validationShare);
      train = Arrays.copyOfRange(all, 0, cut);
      validation = Arrays.copyOfRange(all, cut, all.length);
    }
    return new TokenizedCorpus(
        train,
        validation,
        tokenizer.vocabulary(),
        tokenizer.name(),
        corpus.name(),
        corpus.sha256());
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
