package dev.gatun.model.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Damages bytes as disks, cut connections and enemies do. */
record Mutator(RandomGenerator random) {
  private static final List<String> NUMBERS =
      List.of(
          "-1",
          "0",
          "1",
          "7",
          "1000000000",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "18446744073709551615",
          "1.5",
          "1e9",
          "1e999",
          "1e999999999",
          "9".repeat(1000),
          "9".repeat(350),
          "null",
          "true",
          "[]",
          "{}",
          "\"1\"");

  private static final List<String> FRAGMENTS =
      List.of(
          "[".repeat(5000),
          "{\"a\":".repeat(5000),
          "\"",
          "\\u0000",
          "\n",
          "\u00e9\u2028",
          "../",
          "/etc/hostname",
          "}",
          ",",
          "\"__metadata__\":{},",
          "\"dtype\":\"F32\",",
          "F64",
          "F16",
          "BF16",
          "I64",
          "U8",
          "F8_E4M3",
          "gpt2",
          "llama",
          "gpt_neox",
          "qwen3",
          "olmo2",
          "qwen2",
          "mistral",
          "gemma",
          "gemma2",
          "gemma3_text",
          "opt",
          "olmo",
          "phi3",
          "gpt_neo",
          "smollm3",
          "sliding_attention");

  /** One to four kinds of damage. */
  byte[] damage(byte[] bytes) {
    byte[] damaged = bytes.clone();
    int times = random.nextInt(1, 5);
    for (int i = 0; i < times && damaged.length > 0; i++) {
      damaged = once(damaged);
    }
    return damaged;
  }

  private byte[] once(byte[] x) {
    // Most of a file is weights, of which any will do: the first bytes are what is read closely.
    int reach = random.nextInt(4) == 0 ? x.length : Math.min(x.length, 4096);
    int at = random.nextInt(reach);
    return switch (random.nextInt(9)) {
      case 0 -> withByte(x, at, (byte) (x[at] ^ 1 << random.nextInt(8)));
      case 1 -> withByte(x, at, (byte) random.nextInt(256));
      case 2 -> Arrays.copyOf(x, random.nextBoolean() ? at : random.nextInt(x.length));
      case 3 -> replace(x, at, Math.min(x.length, at + random.nextInt(1, 64)), new byte[0]);
      case 4 -> replace(x, at, at, Arrays.copyOfRange(x, at, Math.min(x.length, at + 48)));
      case 5 -> replace(x, at, at, text(FRAGMENTS));
      case 6, 7 -> withNumber(x, at);
      default -> withLength(x);
    };
  }

  private byte[] text(List<String> choices) {
    return choices.get(random.nextInt(choices.size())).getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] withByte(byte[] x, int at, byte value) {
    byte[] y = x.clone();
    y[at] = value;
    return y;
  }

  /** Another number in place of the next one. */
  private byte[] withNumber(byte[] x, int at) {
    int from = at;
    while (from < x.length && !isDigit(x[from])) {
      from++;
    }
    int to = from;
    while (to < x.length && isDigit(x[to])) {
      to++;
    }
    return replace(x, from, to, text(NUMBERS));
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  /** A header's length that is another by little or much. */
  private byte[] withLength(byte[] x) {
    byte[] y = x.clone();
    int digit = random.nextInt(Math.min(8, y.length));
    y[digit] += (byte) random.nextInt(-3, 4);
    return y;
  }

  private static byte[] replace(byte[] x, int from, int to, byte[] by) {
    byte[] y = new byte[x.length - (to - from) + by.length];
    System.arraycopy(x, 0, y, 0, from);
    System.arraycopy(by, 0, y, from, by.length);
    System.arraycopy(x, to, y, from + by.length, x.length - to);
    return y;
  }
}
