package dev.gatun.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel file as it comes with Gatun, and the signatures in it.
 *
 * @param file its name, such as {@code vectors.cu}
 */
record KernelSource(String file, String text, Map<String, List<KernelParameter>> signatures) {
  private static final String FOLDER = "/dev/gatun/kernels/";
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
    String text = resource(file);
    return new KernelSource(file, text, signatures(file, text));
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
