package dev.gatun.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** jextract silently ignores a name that no header declares; here nothing is silent. */
class RequestedNamesTest {
  static List<ArgumentFile> libraries() throws IOException {
    return ArgumentFile.all();
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void everyRequestedNameIsThereAndNothingElse(ArgumentFile library) throws IOException {
    assertFalse(library.functions().isEmpty());
    var generated = GeneratedClass.read(library);
    assertEquals(library.functions(), new TreeSet<>(generated.functions().keySet()));
    assertEquals(library.constants(), generated.constants());
    assertEquals(expectedFiles(library), javaFiles(library));
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void noLibraryIsLoadedByGeneratedCode(ArgumentFile library) throws IOException {
    var source = Files.readString(library.folder().resolve(library.headerClass() + ".java"));
    assertFalse(source.contains("libraryLookup"), "generated with -l");
    assertFalse(source.contains("System.load"), "generated with -l");
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void theVersionOfTheRuntimeIsNotAConstant(ArgumentFile library) {
    assertFalse(library.constants().contains("CUDART_VERSION"));
  }

  @Test
  void anIgnoredNameWouldBeNoticed() throws IOException {
    var nvrtc = libraries().stream().filter(l -> l.library().equals("nvrtc")).findFirst().get();
    var source = Files.readString(nvrtc.folder().resolve("Nvrtc.java"));
    var renamed = GeneratedClass.parse(source.replace("nvrtcVersion", "nvrtcOther"));
    assertNotEquals(nvrtc.functions(), new TreeSet<>(renamed.functions().keySet()));
    assertTrue(renamed.functions().containsKey("nvrtcOther"));
  }

  private static TreeSet<String> expectedFiles(ArgumentFile library) {
    var files = new TreeSet<>(library.structs());
    files.add(library.headerClass());
    files.add(library.headerClass() + "$shared");
    return files;
  }

  private static TreeSet<String> javaFiles(ArgumentFile library) throws IOException {
    try (var files = Files.list(library.folder())) {
      return files
          .map(file -> file.getFileName().toString().replaceFirst("\\.java$", ""))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
