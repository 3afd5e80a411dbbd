package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.cuda.KernelSource.Parameter;
import dev.gatun.backend.cuda.KernelSource.Parameter.Kind;
import dev.gatun.tensor.ElementType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the launcher knows of a kernel: the signature, read from its source. */
class KernelSourceTest {
  private static final Path KERNELS =
      Path.of(System.getProperty("basedir", "")).resolve("../native/src/main/cuda");
  private static final Pattern MARK = Pattern.compile("extern \"C\" __global__");

  @Test
  void signaturesAreReadOverLinesCommentsAndQualifiers() {
    String source =
        """
        // extern "C" __global__ void commented_out(int a)
        template <typename T> __device__ void helper(T *x) {}
        extern "C" __global__ void __launch_bounds__(256) first(
            const float *__restrict__ x,  // [R, C], rows
            double *sums, /* [R] */ int *ids, unsigned short *rounded,
            long long n, int c, float alpha, double beta) { helper(x); }
        extern "C" __global__ __launch_bounds__(128, 2) void second() {}
        """;
    Map<String, List<Parameter>> found = KernelSource.signatures("some.cu", source);
    assertEquals(List.of("first", "second"), List.copyOf(found.keySet()));
    assertEquals(List.of(), found.get("second"));
    assertEquals(
        List.of(
            pointer("x", ElementType.F32, false),
            pointer("sums", ElementType.F64, true),
            pointer("ids", ElementType.I32, true),
            new Parameter("rounded", Kind.POINTER, Optional.empty(), true),
            number("n", Kind.LONG),
            number("c", Kind.INT),
            number("alpha", Kind.FLOAT),
            number("beta", Kind.DOUBLE)),
        found.get("first"));
  }

  private static Parameter pointer(String name, ElementType elements, boolean isWritten) {
    return new Parameter(name, Kind.POINTER, Optional.of(elements), isWritten);
  }

  private static Parameter number(String name, Kind kind) {
    return new Parameter(name, kind, Optional.empty(), false);
  }

  @Test
  void aParameterThatCannotBePassedIsNamedWithItsKernelAndFile() {
    var thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                KernelSource.signatures(
                    "some.cu", "extern \"C\" __global__ void bad(size_t n) {}"));
    assertTrue(
        thrown.getMessage().startsWith("some.cu: bad: ")
            && thrown.getMessage().contains("'size_t n'"),
        thrown.getMessage());
  }

  @Test
  void aKernelThatIsNotThereIsNamed() {
    KernelSource vectors = KernelSource.read("vectors");
    var noKernel =
        assertThrows(IllegalStateException.class, () -> vectors.signature("no_such_kernel"));
    assertTrue(noKernel.getMessage().contains("vectors.cu has no kernel no_such_kernel"));
    var noFile = assertThrows(IllegalStateException.class, () -> KernelSource.read("no_such_file"));
    assertTrue(noFile.getMessage().contains("no_such_file.cu is not on the class path"));
  }

  @Test
  void headersAreFoundThroughHeadersAndOnce() {
    var texts =
        Map.of(
            "a.cuh", "#pragma once\n#include \"b.cuh\"\n",
            "b.cuh", "  # include \"a.cuh\"\nint b;\n");
    var source = KernelSource.of("some.cu", "#include \"a.cuh\"\n#include <c>\n", texts::get);
    assertEquals(texts, source.headers());
    var thrown =
        assertThrows(
            IllegalStateException.class,
            () -> KernelSource.of("some.cu", "#include \"missing.cuh\"", KernelSource::resource));
    assertTrue(thrown.getMessage().contains("missing.cuh is not on the class path"));
  }

  @Test
  void everyKernelOfEveryFileIsReadAndNamedOnce() throws IOException {
    Map<String, String> home = new HashMap<>();
    List<Path> files = new ArrayList<>();
    try (var all = Files.newDirectoryStream(KERNELS, "*.cu")) {
      all.forEach(files::add);
    }
    assertFalse(files.isEmpty(), KERNELS + " holds no kernels");
    for (Path file : files) {
      String name = file.getFileName().toString();
      String text = Files.readString(file);
      var signatures = KernelSource.signatures(name, text);
      assertEquals(MARK.matcher(text).results().count(), signatures.size(), name);
      signatures
          .keySet()
          .forEach(kernel -> assertEquals(null, home.put(kernel, name), kernel + " in " + name));
    }
  }

  @Test
  void allKernelsAreNamedForThoseWhoCompileThemAll() throws IOException {
    try (var files = Files.list(KERNELS)) {
      assertEquals(
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".cu"))
              .map(name -> name.replace(".cu", ""))
              .sorted()
              .toList(),
          AllKernels.FILES);
    }
  }
}
