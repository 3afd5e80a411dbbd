package dev.gatun.cli;

import dev.gatun.data.Gpt2Tokenizer;
import dev.gatun.io.Json;
import dev.gatun.io.Ordered;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A tokenizer of Gatun's as {@code tokenizer.json}, as the tokenizers library reads it: byte-level
 * byte-pair encoding, its bytes as characters of GPT-2's table. The file holds merges where
 * tokenizers hold ranks: a token is the merge of the two parts that the merges before it leave.
 */
final class TokenizerFile {
  private static final int BYTES = 256;
  private static final String END_OF_TEXT = "<|endoftext|>";

  private TokenizerFile() {}

  /**
   * The file of a tokenizer.
   *
   * @param name as configurations have it
   * @param vocabulary of the model
   */
  static String of(String name, int vocabulary) {
    return switch (name) {
      case "bytes" -> json(singleBytes(), List.of());
      case "gpt2" -> {
        boolean whole = vocabulary == Gpt2Tokenizer.FULL_VOCABULARY;
        yield json(
            new Gpt2Tokenizer(vocabulary).tokens(),
            whole ? List.of(endOfText(vocabulary - 1)) : List.of());
      }
      default -> throw new IllegalArgumentException("no tokenizer.json can say '" + name + "'");
    };
  }

  private static List<byte[]> singleBytes() {
    return IntStream.range(0, BYTES).mapToObj(b -> new byte[] {(byte) b}).toList();
  }

  private static Map<String, Object> endOfText(int id) {
    Map<String, Object> token = new LinkedHashMap<>();
    token.put("id", id);
    token.put("content", END_OF_TEXT);
    for (String property : List.of("single_word", "lstrip", "rstrip", "normalized")) {
      token.put(property, false);
    }
    token.put("special", true);
    return token;
  }

  private static String json(List<byte[]> tokens, List<Map<String, Object>> added) {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (byte[] token : tokens) {
      vocabulary.put(characters(token), vocabulary.size());
    }
    added.forEach(token -> vocabulary.put(END_OF_TEXT, (Integer) token.get("id")));
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("type", "BPE");
    model.put("vocab", vocabulary);
    model.put("merges", merges(tokens));
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("version", "1.0");
    file.put("truncation", null);
    file.put("padding", null);
    file.put("added_tokens", added);
    file.put("normalizer", null);
    file.put("pre_tokenizer", byteLevel());
    file.put("post_processor", null);
    file.put("decoder", byteLevel());
    file.put("model", model);
    return Json.line(file) + "\n";
  }

  private static Map<String, Object> byteLevel() {
    return Ordered.map(
        Map.entry("type", "ByteLevel"),
        Map.entry("add_prefix_space", false),
        Map.entry("trim_offsets", true),
        Map.entry("use_regex", true));
  }

  /** A merge for each token of more than one byte, in the order of ids. */
  private static List<String> merges(List<byte[]> tokens) {
    Map<ByteBuffer, Integer> ranks = LinkedHashMap.newLinkedHashMap(tokens.size());
    List<String> merges = new ArrayList<>();
    for (byte[] token : tokens) {
      if (token.length > 1) {
        List<byte[]> parts = lastTwoParts(token, ranks);
        merges.add(characters(parts.getFirst()) + " " + characters(parts.getLast()));
      }
      ranks.put(ByteBuffer.wrap(token), ranks.size());
    }
    return merges;
  }

  /** What is left of a token when the pair of least rank is merged until only two parts are. */
  private static List<byte[]> lastTwoParts(byte[] token, Map<ByteBuffer, Integer> ranks) {
    List<byte[]> parts = new ArrayList<>();
    for (byte b : token) {
      parts.add(new byte[] {b});
    }
    while (parts.size() > 2) {
      int best = 0;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < parts.size(); i++) {
        byte[] pair = joined(parts.get(i), parts.get(i + 1));
        int rank = ranks.getOrDefault(ByteBuffer.wrap(pair), Integer.MAX_VALUE);
        if (rank < bestRank) {
          bestRank = rank;
          best = i;
        }
      }
      parts.set(best, joined(parts.get(best), parts.remove(best + 1)));
    }
    return parts;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  /** GPT-2's table: printable bytes are themselves, the others follow from U+0100 on. */
  private static String characters(byte[] token) {
    StringBuilder text = new StringBuilder();
    for (byte b : token) {
      int value = b & 0xFF;
      text.append(
          (char)
              (isPrintable(value)
                  ? value
                  : BYTES + (int) IntStream.range(0, value).filter(v -> !isPrintable(v)).count()));
    }
    return text.toString();
  }

  private static boolean isPrintable(int value) {
    return value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xFF && value != 0xAD;
  }
}
