package dev.gatun.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel file as it comes with Gatun, and what is said in it.
 *
 * @param file its name, such as {@code vectors.cu}
 * @param headers every header that it includes, itself or by another header: name to text
 * @param signatures kernel name to parameters
 * @param variants what it can be compiled for
 */
record KernelSource(
    String file,
    String text,
    SortedMap<String, String> headers,
    Map<String, List<KernelParameter>> signatures,
    List<KernelVariant> variants) {
  private static final String FOLDER = "/dev/gatun/kernels/";
  private static final Pattern INCLUDE = Pattern.compile("(?m)^\\s*#\\s*include\\s*\"([^\"]+)\"");
  private static final Pattern COMMENT = Pattern.compile("//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);
  private static final Pattern KERNEL =
      Pattern.compile(
          "extern\\s+\"C\"\\s+__global__\\s+"
              + "(?:void\\s+|__launch_bounds__\\s*\\([^)]*\\)\\s*)+(\\w+)\\s*\\(([^)]*)\\)");

  /**
   * Reads {@code <name>.cu} from the class path.
   *
   * @throws IllegalStateException if it is not there
   */
  static KernelSource read(String name) {
    String file = name + ".cu";
    return of(file, resource(file), KernelSource::resource);
  }

  /**
   * A file of this text.
   *
   * @param headerTexts the text of a header by its name
   * @throws IllegalStateException if a signature or the declaration of variants cannot be read
   */
  static KernelSource of(String file, String text, UnaryOperator<String> headerTexts) {
    var headers = new TreeMap<String, String>();
    addIncluded(text, headerTexts, headers);
    return new KernelSource(
        file,
        text,
        Collections.unmodifiableSortedMap(headers),
        signatures(file, text),
        KernelVariant.declaredIn(file, text));
  }

  private static void addIncluded(
      String text, UnaryOperator<String> headerTexts, Map<String, String> headers) {
    Matcher include = INCLUDE.matcher(text);
    while (include.find()) {
      String name = include.group(1);
      if (!headers.containsKey(name)) {
        String header = headerTexts.apply(name);
        headers.put(name, header);
        addIncluded(header, headerTexts, headers);
      }
    }
  }

  /** The text of a file beside the kernels. */
  static String resource(String file) {
    try (InputStream in = KernelSource.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new IllegalStateException(FOLDER + file + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + FOLDER + file, e);
    }
  }

  /** Kernel name to parameters, of every {@code extern "C" __global__} function. */
  static Map<String, List<KernelParameter>> signatures(String file, String text) {
    Map<String, List<KernelParameter>> found = new LinkedHashMap<>();
    Matcher kernel = KERNEL.matcher(COMMENT.matcher(text).replaceAll(" "));
    while (kernel.find()) {
      try {
        found.put(kernel.group(1), parameters(kernel.group(2)));
      } catch (IllegalArgumentException e) {
        throw new IllegalStateException(
            "%s: %s: %s".formatted(file, kernel.group(1), e.getMessage()), e);
      }
    }
    return found;
  }

  private static List<KernelParameter> parameters(String declarations) {
    return declarations.isBlank()
        ? List.of()
        : Arrays.stream(declarations.split(",")).map(KernelParameter::parse).toList();
  }

  /** A name for the file in a variant, such as {@code attention-HEAD_WIDTH=64}. */
  String name(KernelVariant variant) {
    return (file.replace(".cu", "") + " " + variant).strip().replace(' ', '-');
  }

  /**
   * What tells a compiler of a variant.
   *
   * @throws IllegalStateException if the file does not declare it
   */
  List<String> definitions(KernelVariant variant) {
    if (!variants.contains(variant)) {
      throw new IllegalStateException(
          "%s does not declare the variant '%s', but %s".formatted(file, variant, variants));
    }
    return variant.definitions();
  }

  /**
   * The parameters of a kernel.
   *
   * @throws IllegalStateException if the file has none of that name
   */
  List<KernelParameter> signature(String function) {
    List<KernelParameter> parameters = signatures.get(function);
    if (parameters == null) {
      throw new IllegalStateException(
          "%s has no kernel %s, but %s".formatted(file, function, signatures.keySet()));
    }
    return parameters;
  }
}
