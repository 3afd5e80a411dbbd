package dev.gatun.bindings;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The functions and constants of a generated header class, read from its source: its classes cannot
 * be asked, for a function's descriptor is reached only where the native library is loaded.
 */
record GeneratedClass(TreeMap<String, Function> functions, TreeSet<String> constants) {
  /**
   * @param prototype the C prototype in the function's documentation
   * @param result the layout that it returns, such as {@code C_INT}, or {@code void}
   * @param parameters the layouts of its parameters
   */
  record Function(String name, String prototype, String result, List<String> parameters) {}

  private static final Pattern FUNCTION =
      Pattern.compile(
          """
          private static class (\\w+) \\{
           *public static final FunctionDescriptor DESC = FunctionDescriptor\\.(of|ofVoid)\\(\
          ([^;]*)\\);\
          """);
  private static final Pattern PROTOTYPE =
      Pattern.compile(
          """
          \\* Function descriptor for:
           *\\* \\{@snippet lang=c :
           *\\* (.*)
           *\\* \\}
           *\\*/
           *public static FunctionDescriptor (\\w+)\\$descriptor\\(\\)\
          """);
  private static final Pattern CONSTANT =
      Pattern.compile("(?m)^ *public static \\w+ (\\w+)\\(\\) \\{$");

  static GeneratedClass read(ArgumentFile arguments) throws IOException {
    return parse(Files.readString(arguments.folder().resolve(arguments.headerClass() + ".java")));
  }

  static GeneratedClass parse(String source) {
    var prototypes = new TreeMap<String, String>();
    var prototype = PROTOTYPE.matcher(source);
    while (prototype.find()) {
      prototypes.put(prototype.group(2), prototype.group(1));
    }
    var functions = new TreeMap<String, Function>();
    var function = FUNCTION.matcher(source);
    while (function.find()) {
      var layouts =
          Arrays.stream(function.group(3).split(","))
              .map(layout -> layout.strip().replaceFirst("^\\w+\\.", ""))
              .filter(layout -> !layout.isEmpty())
              .toList();
      boolean isVoid = function.group(2).equals("ofVoid");
      var name = function.group(1);
      functions.put(
          name,
          new Function(
              name,
              prototypes.get(name),
              isVoid ? "void" : layouts.getFirst(),
              isVoid ? layouts : layouts.subList(1, layouts.size())));
    }
    var constants = new TreeSet<String>();
    var constant = CONSTANT.matcher(source);
    while (constant.find()) {
      constants.add(constant.group(1));
    }
    constants.removeAll(functions.keySet());
    return new GeneratedClass(functions, constants);
  }
}
