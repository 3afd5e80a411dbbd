package dev.gatun.natives.tokenizers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.natives.NativeLibraryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizersLibraryFileTest {
  @TempDir Path folder;

  @Test
  void machineWithoutALibraryIsNamedInOneLine() {
    var failure =
        assertThrows(
            NativeLibraryException.class,
            () -> TokenizersLibraryFile.load("Linux", "riscv64", folder));
    assertTrue(failure.getMessage().contains("Linux on riscv64"), failure.getMessage());
    assertEquals(1, failure.getMessage().lines().count());
  }

  @Test
  void cacheThatCannotBeWrittenSaysWhichVariableNamesAnother() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    var failure =
        assertThrows(
            NativeLibraryException.class, () -> TokenizersLibraryFile.load("Linux", "amd64", file));
    assertTrue(failure.getMessage().contains("GATUN_CACHE"), failure.getMessage());
  }

  @Test
  void secondLoadIsAsGoodAsTheFirst() {
    assertEquals(TokenizersLibraryFile.load(), TokenizersLibraryFile.load());
  }
}
