package dev.gatun.data;

/** Turns text into ids 0 to V − 1 and back. Any text can be encoded; encoding is thread-safe. */
public sealed interface Tokenizer
    permits ByteTokenizer, BytePairTokenizer, Gpt2Tokenizer, TokenizerJson {
  /** As {@code bytes} or {@code gpt2-4096}; stands in settings tables and provenance. */
  String name();

  /** Number of tokens V. */
  int vocabulary();

  /** Ids of the text in UTF-8, where an unpaired surrogate is a question mark. */
  int[] encode(String text);

  /**
   * The text of the ids; a byte sequence that is not UTF-8 becomes U+FFFD.
   *
   * @throws IllegalArgumentException if an id is not in the vocabulary
   */
  String decode(int[] ids);

  /**
   * The tokenizer of this kind and size: {@code bytes} (V = 256) or {@code gpt2} (GPT-2's BPE cut
   * to V tokens).
   *
   * @throws IllegalArgumentException if the kind is unknown or the size is not one it can have
   */
  static Tokenizer of(String kind, int vocabulary) {
    return switch (kind) {
      case "bytes" -> {
        if (vocabulary != ByteTokenizer.VOCABULARY) {
          throw new IllegalArgumentException(
              "the bytes tokenizer has V = 256, not " + vocabulary + "; gpt2 takes 256 to 50257");
        }
        yield new ByteTokenizer();
      }
      case "gpt2" -> new Gpt2Tokenizer(vocabulary);
      default ->
          throw new IllegalArgumentException(
              "unknown tokenizer " + kind + "; there are bytes and gpt2");
    };
  }
}
