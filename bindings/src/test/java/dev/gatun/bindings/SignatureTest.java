package dev.gatun.bindings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.lang.foreign.GroupLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Signatures, constants and structs against the libraries' own headers, where a C compiler and the
 * headers are there. OpenBLAS' come in its Maven artifact; NVIDIA's are looked for in {@code
 * CUDA_INCLUDE} (folders separated by colons), {@code CUDA_HOME}, {@code CUDA_PATH} and {@code
 * /usr/local/cuda}.
 */
class SignatureTest {
  private static final String OPENBLAS = "/org/bytedeco/openblas/linux-x86_64/include/";
  private static final List<String> OPENBLAS_HEADERS =
      List.of(
          "cblas.h",
          "lapack.h",
          "lapacke.h",
          "lapacke_config.h",
          "lapacke_mangling.h",
          "openblas_config.h");

  /** Headers that were not found: one line names them all. */
  private static final Set<String> MISSING = new TreeSet<>();

  @TempDir Path scratch;

  static List<ArgumentFile> libraries() throws IOException {
    return ArgumentFile.all();
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void bindingsAgreeWithTheHeaders(ArgumentFile library) throws Exception {
    assertEquals("", compile(library, check(library, GeneratedClass.read(library)).code()));
  }

  /** Each row is one mistake in a copy of the bindings, and what the compiler must say of it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "OpenBlas.C_DOUBLE, OpenBlas.C_POINTER    | OpenBlas.C_FLOAT, OpenBlas.C_POINTER | is"
            + " C_FLOAT",
        "cblas_dgemm(const enum CBLAS_ORDER Order | cblas_dgemm(double Order             |"
            + " cblas_dgemm",
        "LAPACKE_dsterf(int32_t n, double *d      | LAPACKE_dsterf(int32_t n, float *d   |"
            + " LAPACKE_dsterf",
        "(int num_threads)                        | (int num_threads, int second)        | 2"
            + " parameters in C",
        "int openblas_get_num_threads(void)       | long openblas_get_num_threads(void)  |"
            + " openblas_get_num_threads",
      })
  void aMistakeIsRefused(String original, String mistake, String expected) throws Exception {
    var library = openBlas();
    var source = Files.readString(library.folder().resolve("OpenBlas.java"));
    var spread = source.replaceAll(",\\n +OpenBlas", ", OpenBlas");
    assertTrue(spread.contains(original), original);
    var wrong = GeneratedClass.parse(spread.replace(original, mistake));
    var words = compile(library, check(library, wrong).code());
    assertTrue(words.contains(expected), words);
  }

  @Test
  void aWrongConstantIsRefused() throws Exception {
    var check = new HeaderCheck(openBlas());
    check.constant("CblasRowMajor", 102);
    assertTrue(compile(openBlas(), check.code()).contains("CblasRowMajor"));
  }

  private static ArgumentFile openBlas() throws IOException {
    return libraries().stream().filter(l -> l.library().equals("openblas")).findFirst().get();
  }

  private static HeaderCheck check(ArgumentFile library, GeneratedClass generated)
      throws ReflectiveOperationException {
    var check = new HeaderCheck(library);
    generated.functions().values().forEach(check::function);
    var headerClass = Class.forName(library.targetPackage() + "." + library.headerClass());
    for (var constant : generated.constants()) {
      var value = (Number) headerClass.getMethod(constant).invoke(null);
      check.constant(constant, value.longValue());
    }
    for (var struct : library.structs()) {
      var structClass = Class.forName(library.targetPackage() + "." + struct);
      check.struct(struct, (GroupLayout) structClass.getMethod("layout").invoke(null));
    }
    return check;
  }

  private String compile(ArgumentFile library, String code) throws Exception {
    var compiler = HeaderCheck.compiler();
    if (compiler.isEmpty()) {
      skip("no C compiler (gcc, clang, cc or $CC) to check the signatures of " + library);
    }
    var folders = library.library().equals("openblas") ? openBlasHeaders() : nvidiaHeaders();
    for (var header : library.headers()) {
      var name = header.substring(1, header.length() - 1);
      if (folders.stream().noneMatch(folder -> Files.exists(folder.resolve(name)))) {
        MISSING.add(name);
        abort(name + " was not found in " + folders);
      }
    }
    return HeaderCheck.compile(compiler.get(), code, folders, library.macros(), scratch);
  }

  private List<Path> openBlasHeaders() throws IOException {
    var folder = Files.createDirectories(scratch.resolve("openblas"));
    for (var name : OPENBLAS_HEADERS) {
      try (var header = SignatureTest.class.getResourceAsStream(OPENBLAS + name)) {
        if (header == null) {
          skip("OpenBLAS' artifact with its headers is not on the class path");
        }
        Files.write(folder.resolve(name), header.readAllBytes());
      }
    }
    return List.of(folder);
  }

  private static List<Path> nvidiaHeaders() {
    var folders = new ArrayList<Path>();
    for (var folder : System.getenv().getOrDefault("CUDA_INCLUDE", "").split(":")) {
      if (!folder.isBlank()) {
        folders.add(Path.of(folder));
      }
    }
    for (var variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      var root = System.getenv(variable);
      if (root != null && !root.isBlank()) {
        folders.add(Path.of(root, "include"));
      }
    }
    folders.add(Path.of("/usr/local/cuda/include"));
    return folders;
  }

  @AfterAll
  static void nameMissingHeaders() {
    if (!MISSING.isEmpty()) {
      System.out.printf(
          "Skipped: %s not found in %s: signatures of their libraries are not checked (set"
              + " CUDA_INCLUDE)%n",
          String.join(", ", MISSING), nvidiaHeaders());
    }
  }

  /** Surefire counts skips and keeps the reasons to itself: this one is to be seen. */
  private static void skip(String reason) {
    System.out.println("Skipped: " + reason);
    abort(reason);
  }
}
