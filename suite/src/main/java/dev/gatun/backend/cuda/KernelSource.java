package dev.gatun.backend.cuda;

import dev.gatun.tensor.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    Map<String, List<Parameter>> signatures,
    List<KernelVariant> variants) {
  private static final String FOLDER = "/dev/gatun/kernels/";
  private static final Pattern INCLUDE = Pattern.compile("(?m)^\\s*#\\s*include\\s*\"([^\"]+)\"");
  private static final Pattern COMMENT = Pattern.compile("//[^\n]*|/\\*.*?\\*/", Pattern.DOTALL);
  private static final Pattern CONST = Pattern.compile("\\bconst\\b");
  private static final Pattern KERNEL =
      Pattern.compile(
          "extern\\s+\"C\"\\s+__global__\\s+"
              + "(?:void\\s+|__launch_bounds__\\s*\\([^)]*\\)\\s*)+(\\w+)\\s*\\(([^)]*)\\)");

  /**
   * A parameter of a kernel as its source declares it.
   *
   * @param elements what a pointer points to, if that is a type that tensors have
   * @param isWritten whether the kernel may write through it: a pointer that is not to const
   */
  record Parameter(String name, Kind kind, Optional<ElementType> elements, boolean isWritten) {
    /** How an argument is passed. */
    enum Kind {
      POINTER,
      INT,
      LONG,
      FLOAT,
      DOUBLE
    }

    /**
     * Reads a declaration such as {@code const float *__restrict__ x}.
     *
     * @throws IllegalArgumentException if it is of no type that kernels take
     */
    static Parameter parse(String declaration) {
      String text = declaration.replaceAll("\\b(const|__restrict__|__restrict)\\b", " ").strip();
      int last = Math.max(text.lastIndexOf('*'), text.lastIndexOf(' '));
      String name = text.substring(last + 1).strip();
      String type = text.substring(0, last + 1).replaceAll("\\s+", " ").strip();
      if (type.endsWith("*")) {
        var elements = elements(type.substring(0, type.length() - 1).strip());
        return new Parameter(name, Kind.POINTER, elements, !CONST.matcher(declaration).find());
      }
      Kind kind =
          switch (type) {
            case "int" -> Kind.INT;
            case "long long" -> Kind.LONG;
            case "float" -> Kind.FLOAT;
            case "double" -> Kind.DOUBLE;
            default ->
                throw new IllegalArgumentException(
                    "a kernel takes pointers, int, long long, float and double, not '%s'"
                        .formatted(declaration.strip()));
          };
      return new Parameter(name, kind, Optional.empty(), false);
    }

    private static Optional<ElementType> elements(String type) {
      return switch (type) {
        case "float", "float4", "float2" -> Optional.of(ElementType.F32);
        case "double", "double2" -> Optional.of(ElementType.F64);
        case "int" -> Optional.of(ElementType.I32);
        default -> Optional.empty();
      };
    }

    /** As in {@code float *x} or {@code long long n}. */
    @Override
    public String toString() {
      return switch (kind) {
        case POINTER -> elements.map(ElementType::toString).orElse("any") + " *" + name;
        case INT -> "int " + name;
        case LONG -> "long long " + name;
        case FLOAT -> "float " + name;
        case DOUBLE -> "double " + name;
      };
    }
  }

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
  static Map<String, List<Parameter>> signatures(String file, String text) {
    Map<String, List<Parameter>> found = new LinkedHashMap<>();
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

  private static List<Parameter> parameters(String declarations) {
    return declarations.isBlank()
        ? List.of()
        : Arrays.stream(declarations.split(",")).map(Parameter::parse).toList();
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
  List<Parameter> signature(String function) {
    List<Parameter> parameters = signatures.get(function);
    if (parameters == null) {
      throw new IllegalStateException(
          "%s has no kernel %s, but %s".formatted(file, function, signatures.keySet()));
    }
    return parameters;
  }
}
