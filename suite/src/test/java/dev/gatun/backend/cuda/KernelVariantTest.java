package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a kernel file says that it can be compiled for. */
class KernelVariantTest {
  private static KernelSource source(String text) {
    return KernelSource.of("some.cu", text, KernelSource::resource);
  }

  @Test
  void everyCombinationOfTheDeclaredValuesIsAVariant() {
    var source = source("// words\n// variants: B = 0 1, A = -8 16 32\nextern int x;\n");
    assertEquals(
        List.of("A=-8 B=0", "A=16 B=0", "A=32 B=0", "A=-8 B=1", "A=16 B=1", "A=32 B=1"),
        source.variants().stream().map(KernelVariant::toString).toList());
    assertEquals(
        List.of("-DA=16", "-DB=1"), source.definitions(new KernelVariant(Map.of("B", 1, "A", 16))));
  }

  @Test
  void aFileThatDeclaresNothingHasOneVariantWithoutConstants() {
    var source = source("// variants of what is said elsewhere\n");
    assertEquals(List.of(KernelVariant.NONE), source.variants());
    assertEquals(List.of(), source.definitions(KernelVariant.NONE));
  }

  @Test
  void whatIsNotDeclaredIsRefusedWithWhatIs() {
    var source = source("// variants: A = 1 2\n");
    for (var constants : List.of(Map.<String, Integer>of(), Map.of("A", 3), Map.of("B", 1))) {
      var variant = new KernelVariant(constants);
      var thrown = assertThrows(IllegalStateException.class, () -> source.definitions(variant));
      assertEquals(
          "some.cu does not declare the variant '" + variant + "', but [A=1, A=2]",
          thrown.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " A", " A = ", " A = x", " A = 1,", " A = 1, 2", " A = 1; B = 2"})
  void aDeclarationThatCannotBeReadIsNamedWithItsFile(String declared) {
    var thrown =
        assertThrows(IllegalStateException.class, () -> source("// variants:" + declared + "\n"));
    assertTrue(thrown.getMessage().startsWith("some.cu: '"), thrown.getMessage());
  }

  @Test
  void twoDeclarationsAreOneTooMany() {
    var text = "// variants: A = 1\n// variants: B = 1\n";
    var thrown = assertThrows(IllegalStateException.class, () -> source(text));
    assertEquals("some.cu declares its variants twice", thrown.getMessage());
  }

  @Test
  void aKernelNamesItsVariant() {
    assertEquals("some.cu: f", new Kernel("some", "f").toString());
    assertEquals("some.cu A=1 B=2: f", new Kernel("some", "f", Map.of("B", 2, "A", 1)).toString());
  }
}
