package dev.gatun.backend.cuda;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The integer constants that a kernel file is compiled with. A file declares which ones it has, and
 * is compiled for each combination of their values by itself, when it is wanted:
 *
 * <pre>{@code // variants: BF16 = 0 1, HEAD_WIDTH = 32 64 128}</pre>
 *
 * @param constants name to value, in the order of the names
 */
record KernelVariant(Map<String, Integer> constants) {
  /** Of a file that declares none. */
  static final KernelVariant NONE = new KernelVariant(Map.of());

  private static final Pattern DECLARATION = Pattern.compile("(?m)^// variants:(.*)$");
  private static final Pattern CONSTANT = Pattern.compile("\\s*(\\w+) =((?: -?\\d+)+)\\s*");

  KernelVariant {
    constants = Collections.unmodifiableSortedMap(new TreeMap<>(constants));
  }

  /**
   * All combinations that a file declares, {@link #NONE} if it declares nothing.
   *
   * @throws IllegalStateException if the declaration cannot be read, or is not the only one
   */
  static List<KernelVariant> declaredIn(String file, String text) {
    List<KernelVariant> variants = List.of(NONE);
    Matcher declaration = DECLARATION.matcher(text);
    if (!declaration.find()) {
      return variants;
    }
    for (String part : declaration.group(1).split(",", -1)) {
      Matcher constant = CONSTANT.matcher(part);
      if (!constant.matches()) {
        throw new IllegalStateException(
            "%s: '%s' is not a constant with its values, as in // variants: BF16 = 0 1, HEAD_WIDTH = 32 64"
                .formatted(file, part.strip()));
      }
      variants = each(variants, constant.group(1), constant.group(2).strip().split(" "));
    }
    if (declaration.find()) {
      throw new IllegalStateException(file + " declares its variants twice");
    }
    return List.copyOf(variants);
  }

  private static List<KernelVariant> each(
      List<KernelVariant> variants, String name, String[] values) {
    var all = new ArrayList<KernelVariant>();
    for (KernelVariant variant : variants) {
      for (int value : Arrays.stream(values).mapToInt(Integer::parseInt).toArray()) {
        var constants = new TreeMap<>(variant.constants);
        constants.put(name, value);
        all.add(new KernelVariant(constants));
      }
    }
    return all;
  }

  /** What tells a compiler of it, such as {@code -DHEAD_WIDTH=64}. */
  List<String> definitions() {
    return constants.entrySet().stream().map(it -> "-D" + it).toList();
  }

  /** As in {@code BF16=1 HEAD_WIDTH=64}. */
  @Override
  public String toString() {
    return constants.entrySet().stream().map(Object::toString).collect(Collectors.joining(" "));
  }
}
