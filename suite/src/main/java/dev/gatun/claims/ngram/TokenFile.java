package dev.gatun.claims.ngram;

import dev.gatun.data.Corpus;
import dev.gatun.data.Randomness;
import dev.gatun.data.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The tokens of a corpus in a temporary file, document by document. Documents stand in the random
 * order of the corpus, so that the first tokens are a fair sample of all. Long documents are stored
 * in pieces.
 */
final class TokenFile {
  /** Characters that are tokenized at once. */
  private static final int PIECE_CHARACTERS = 1 << 22;

  /** Characters that are in memory at once, beside the corpus itself. */
  private static final long BATCH_CHARACTERS = 1L << 25;

  /** Tokens that are shuffled in memory at once. */
  private static final int BUCKET_TOKENS = 1 << 26;

  private final TemporaryFiles files;
  private final Path file;
  private final long tokens;

  private TokenFile(TemporaryFiles files, Path file, long tokens) {
    this.files = files;
    this.file = file;
    this.tokens = tokens;
  }

  /** Sees the tokens of a document, or a piece of them. */
  @FunctionalInterface
  interface Visitor {
    /** Whether the document ends here. */
    void accept(int[] tokens, boolean last);
  }

  /** Is told how many documents are done; may throw to end the work. */
  @FunctionalInterface
  interface Listener {
    void read(int documents, int all);
  }

  private record Piece(String text, boolean last) {}

  /** Tokenizes a corpus on all processors. */
  static TokenFile of(Corpus corpus, Tokenizer tokenizer, TemporaryFiles files, Listener listener) {
    try (var writer = new PieceWriter(files.write("tokens"))) {
      List<Piece> batch = new ArrayList<>();
      long characters = 0;
      List<Corpus.File> documents = corpus.files();
      for (int i = 0; i < documents.size(); i++) {
        for (Piece piece : pieces(documents.get(i).text())) {
          batch.add(piece);
          characters += piece.text().length();
          if (characters >= BATCH_CHARACTERS) {
            writer.tokenize(batch, tokenizer);
            characters = 0;
            listener.read(i, documents.size());
          }
        }
      }
      writer.tokenize(batch, tokenizer);
      return writer.finish(files);
    }
  }

  /** Cut behind a line break where there is one. */
  private static List<Piece> pieces(String text) {
    List<Piece> pieces = new ArrayList<>();
    int from = 0;
    while (text.length() - from > PIECE_CHARACTERS) {
      int line = text.lastIndexOf('\n', from + PIECE_CHARACTERS - 1) + 1;
      int to = line > from ? line : from + PIECE_CHARACTERS;
      pieces.add(new Piece(text.substring(from, to), false));
      from = to;
    }
    pieces.add(new Piece(text.substring(from), true));
    return pieces;
  }

  /** How many there are. */
  long tokens() {
    return tokens;
  }

  /** Shows the first tokens; the last document may be cut. */
  void forEach(long first, Visitor visitor) {
    try (var reader = files.read(file)) {
      long left = Math.min(first, tokens);
      while (left > 0 && reader.hasNext()) {
        int length = reader.getInt();
        boolean last = reader.getInt() == 1;
        int[] piece = new int[(int) Math.min(length, left)];
        for (int i = 0; i < piece.length; i++) {
          piece[i] = reader.getInt();
        }
        left -= piece.length;
        visitor.accept(piece, last || left == 0);
      }
    }
  }

  /**
   * The first tokens in an order of their own that is uniformly random, in documents as long as
   * before. Each goes to a random bucket, and the buckets are shuffled one by one (Rao, 1961;
   * Sandelius, 1962), so that the memory is that of a bucket.
   */
  TokenFile shuffled(long first, Randomness randomness) {
    int buckets = Math.toIntExact(Math.ceilDiv(Math.min(first, tokens), BUCKET_TOKENS));
    return shuffled(first, randomness, Math.max(1, buckets));
  }

  /** As above, by way of so many buckets. */
  TokenFile shuffled(long first, Randomness randomness, int buckets) {
    List<Path> scattered = scatter(first, randomness.stream("buckets").generator(), buckets);
    try (var source = new ShuffledTokens(files, scattered, randomness);
        var writer = new PieceWriter(files.write("shuffled"))) {
      forEach(
          first,
          (piece, last) -> {
            for (int i = 0; i < piece.length; i++) {
              piece[i] = source.next();
            }
            writer.write(piece, last);
          });
      return writer.finish(files);
    }
  }

  private List<Path> scatter(long first, RandomGenerator generator, int buckets) {
    List<TemporaryFiles.Writer> writers = new ArrayList<>();
    try {
      for (int i = 0; i < buckets; i++) {
        writers.add(files.write("bucket"));
      }
      forEach(
          first,
          (piece, _) -> {
            for (int token : piece) {
              writers.get(buckets == 1 ? 0 : generator.nextInt(buckets)).putInt(token);
            }
          });
    } finally {
      writers.forEach(TemporaryFiles.Writer::close);
    }
    return writers.stream().map(TemporaryFiles.Writer::file).toList();
  }

  /** Deletes it. */
  void delete() {
    files.delete(file);
  }

  private static final class PieceWriter implements AutoCloseable {
    private final TemporaryFiles.Writer writer;
    private long tokens;

    PieceWriter(TemporaryFiles.Writer writer) {
      this.writer = writer;
    }

    /** Writes a batch of pieces and empties it. */
    void tokenize(List<Piece> batch, Tokenizer tokenizer) {
      record Ids(int[] tokens, boolean last) {}
      batch.parallelStream()
          .map(piece -> new Ids(tokenizer.encode(piece.text()), piece.last()))
          .toList()
          .forEach(ids -> write(ids.tokens(), ids.last()));
      batch.clear();
    }

    void write(int[] piece, boolean last) {
      writer.putInt(piece.length);
      writer.putInt(last ? 1 : 0);
      for (int token : piece) {
        writer.putInt(token);
      }
      tokens += piece.length;
    }

    TokenFile finish(TemporaryFiles files) {
      return new TokenFile(files, writer.file(), tokens);
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
