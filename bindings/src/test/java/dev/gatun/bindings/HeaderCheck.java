package dev.gatun.bindings;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A C file that compiles only if the bindings agree with a library's headers. For each function it
 * holds a definition with the prototype that jextract documents, which the compiler refuses if the
 * header declares another; inside, each parameter and the result are compared in kind and size with
 * the layouts of the Java descriptor. Constants are compared by value, structs by size and offsets.
 */
final class HeaderCheck {
  private static final Pattern LAST_NAME = Pattern.compile("(\\w+)\\s*(\\[\\w*\\])?$");

  private final StringBuilder code = new StringBuilder();

  HeaderCheck(ArgumentFile library) {
    code.append(
        """
        #include <stddef.h>
        #include <stdint.h>
        """);
    library.headers().forEach(header -> code.append("#include ").append(header).append('\n'));
    // __builtin_classify_type of GCC and Clang: 1 to 4 are integers and enumerations.
    code.append(
        """
        #define IS_INTEGER(x) (__builtin_classify_type(x) >= 1 && __builtin_classify_type(x) <= 4)
        #define IS_POINTER(x) (__builtin_classify_type(x) == 5)
        #define IS_REAL(x) (__builtin_classify_type(x) == 8)
        #define REQUIRE(condition, what) _Static_assert(condition, what)
        """);
  }

  String code() {
    return code.toString();
  }

  void function(GeneratedClass.Function function) {
    var prototype = function.prototype().replaceFirst("^extern ", "");
    var names = parameterNames(prototype);
    if (names.size() != function.parameters().size()) {
      code.append(
          "#error %s: %d parameters in C, %d in Java\n"
              .formatted(function.name(), names.size(), function.parameters().size()));
      return;
    }
    code.append(prototype).append(" {\n");
    for (int i = 0; i < names.size(); i++) {
      require(names.get(i), function.parameters().get(i), function.name() + ": " + names.get(i));
    }
    var call = "%s(%s)".formatted(function.name(), String.join(", ", names));
    require(call, function.result(), function.name() + ": result");
    code.append(function.result().equals("void") ? "}\n" : "  return " + call + ";\n}\n");
  }

  private void require(String expression, String layout, String what) {
    var condition =
        switch (layout) {
          case "void" -> "__builtin_types_compatible_p(__typeof__(%1$s), void)";
          case "C_POINTER" -> "IS_POINTER(%1$s)";
          case "C_CHAR" -> "IS_INTEGER(%1$s) && sizeof(%1$s) == 1";
          case "C_SHORT" -> "IS_INTEGER(%1$s) && sizeof(%1$s) == 2";
          case "C_INT" -> "IS_INTEGER(%1$s) && sizeof(%1$s) == 4";
          case "C_LONG", "C_LONG_LONG" -> "IS_INTEGER(%1$s) && sizeof(%1$s) == 8";
          case "C_FLOAT" -> "IS_REAL(%1$s) && sizeof(%1$s) == 4";
          case "C_DOUBLE" -> "IS_REAL(%1$s) && sizeof(%1$s) == 8";
          default -> "0 /* a layout that this check does not know: " + layout + " */";
        };
    code.append(
        "  REQUIRE(%s, \"%s is %s\");\n".formatted(condition.formatted(expression), what, layout));
  }

  void constant(String name, long value) {
    code.append("REQUIRE((long long)(%s) == %dLL, \"%s\");\n".formatted(name, value, name));
  }

  void struct(String name, GroupLayout layout) {
    code.append("REQUIRE(sizeof(%s) == %d, \"%s\");\n".formatted(name, layout.byteSize(), name));
    for (MemoryLayout member : layout.memberLayouts()) {
      member
          .name()
          .ifPresent(field ->
              code.append(
                  "REQUIRE(offsetof(%1$s, %2$s) == %3$d, \"%1$s.%2$s\");\n"
                      .formatted(
                          name,
                          field,
                          layout.byteOffset(MemoryLayout.PathElement.groupElement(field)))));
    }
  }

  private static List<String> parameterNames(String prototype) {
    var inside = prototype.substring(prototype.indexOf('(') + 1, prototype.lastIndexOf(')'));
    if (inside.equals("void")) {
      return List.of();
    }
    return Stream.of(inside.split(","))
        .map(parameter -> {
          var matcher = LAST_NAME.matcher(parameter.strip());
          return matcher.find() ? matcher.group(1) : parameter;
        })
        .toList();
  }

  /** The C compiler: {@code $CC}, or the first of the usual names that is on the path. */
  static Optional<String> compiler() {
    var chosen = System.getenv("CC");
    if (chosen != null && !chosen.isBlank()) {
      return Optional.of(chosen);
    }
    var folders = System.getenv().getOrDefault("PATH", "").split(File.pathSeparator);
    return Stream.of("gcc", "clang", "cc")
        .filter(
            name -> Stream.of(folders).anyMatch(f -> Files.isExecutable(Path.of(f).resolve(name))))
        .findFirst();
  }

  /** What the compiler says against the code; empty if it accepts it. */
  static String compile(
      String compiler, String code, List<Path> folders, List<String> macros, Path scratch)
      throws IOException, InterruptedException {
    var file = Files.writeString(scratch.resolve("check.c"), code);
    var command = new ArrayList<>(List.of(compiler, "-std=gnu11", "-fsyntax-only", "-w"));
    folders.forEach(folder -> command.add("-I" + folder));
    macros.forEach(macro -> command.add("-D" + macro));
    command.add(file.toString());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return process.waitFor() == 0 ? "" : words.isBlank() ? "the compiler failed" : words;
  }
}
