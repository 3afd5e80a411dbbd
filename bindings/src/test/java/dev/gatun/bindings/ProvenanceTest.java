package dev.gatun.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The generated files are as jextract wrote them, from the argument files that are here. */
class ProvenanceTest {
  private static final String GENERATED = "src/main/java/dev/gatun/bindings/nvrtc/Nvrtc.java";

  @TempDir Path copy;

  @Test
  void everyFileIsAsGenerated() throws IOException {
    assertEquals(
        List.of(),
        Provenance.problems(ArgumentFile.MODULE),
        "generated files are not edited; change the argument file and run bindings/regenerate");
  }

  @Test
  void anEditIsNoticed() throws IOException {
    copyModule();
    var file = copy.resolve(GENERATED);
    Files.writeString(file, Files.readString(file).replaceFirst("C_INT", "C_LONG"));
    assertEquals(
        List.of(GENERATED + " was changed after it was generated or used"),
        Provenance.problems(copy));
  }

  @Test
  void aNameAddedToAnArgumentFileIsNoticed() throws IOException {
    copyModule();
    var file = copy.resolve("arguments/nvrtc.args");
    Files.writeString(file, Files.readString(file) + "--include-function nvrtcGetPTX\n");
    assertEquals(
        List.of("arguments/nvrtc.args was changed after it was generated or used"),
        Provenance.problems(copy));
  }

  @Test
  void missingAndUnknownFilesAreNoticed() throws IOException {
    copyModule();
    Files.delete(copy.resolve(GENERATED));
    Files.writeString(copy.resolve("src/main/java/Handwritten.java"), "");
    assertEquals(
        List.of(
            "src/main/java/Handwritten.java is in no provenance file", GENERATED + " is missing"),
        Provenance.problems(copy));
  }

  private void copyModule() throws IOException {
    for (var folder : List.of("arguments", "provenance", "src/main/java")) {
      try (var files = Files.walk(ArgumentFile.MODULE.resolve(folder))) {
        for (var file : files.filter(Files::isRegularFile).toList()) {
          var target = copy.resolve(ArgumentFile.MODULE.relativize(file).toString());
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        }
      }
    }
  }
}
