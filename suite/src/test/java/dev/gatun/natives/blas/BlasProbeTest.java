package dev.gatun.natives.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.natives.BoundFunctions;
import dev.gatun.natives.UnusableLibraryException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Dispatch against fake libraries, made of method handles. */
class BlasProbeTest {
  private static final String MKL_WORDS =
      "Intel(R) oneAPI Math Kernel Library Version 2025.3-Product Build 20251007";

  @TempDir Path folder;

  private Path library;
  private final Arena arena = Arena.ofShared();
  private final FakeFunctions functions = new FakeFunctions(arena);
  private final Map<String, MemorySegment> symbols = new HashMap<>();
  private final List<String> calls = new ArrayList<>();

  @BeforeEach
  void createFile() throws IOException {
    library = Files.createFile(folder.resolve("libmkl_rt.so.2"));
  }

  /** Every library has these; the probe calls none of them. */
  @BeforeEach
  void addStandardFunctions() {
    for (var name : BoundFunctions.of("openblas")) {
      if (name.matches("(cblas|LAPACKE)_.*") && !name.endsWith("omatcopy")) {
        symbols.put(name, MemorySegment.ofAddress(1));
      }
    }
  }

  @AfterEach
  void freeStubs() {
    arena.close();
  }

  @Test
  void openBlasIsUsedWithOneThread() throws UnusableLibraryException {
    addOpenBlas("OpenBLAS 0.3.31 DYNAMIC_ARCH Haswell MAX_THREADS=64");
    assertEquals(
        new BlasProbe(
            "OpenBLAS", "0.3.31", "OpenBLAS 0.3.31 DYNAMIC_ARCH Haswell MAX_THREADS=64", "Zen"),
        probe());
    assertEquals(List.of("openblas_set_num_threads 1"), calls);
  }

  @Test
  void theOldestSupportedOpenBlasAndDevelopmentBuildsAreAccepted() throws UnusableLibraryException {
    addOpenBlas("OpenBLAS 0.3.20 Zen");
    assertEquals("0.3.20", probe().version());
    addOpenBlas("OpenBLAS 0.3.32.dev Zen");
    assertEquals("0.3.32", probe().version());
    addOpenBlas("OpenBLAS 1.0.0 Zen");
    assertEquals("1.0.0", probe().version());
  }

  @Test
  void anOldOpenBlasIsRefusedWithBothVersionsNamed() {
    addOpenBlas("OpenBLAS 0.3.19 Zen");
    assertRefused("it is OpenBLAS 0.3.19; 0.3.20 or newer");
  }

  @Test
  void anOpenBlasThatStatesNoVersionIsRefused() {
    addOpenBlas("NO_AFFINITY");
    assertRefused("states no version (\"NO_AFFINITY\")");
  }

  @Test
  void mklIsGivenItsLayersFirstThenStrictBitsAndOneThread()
      throws UnusableLibraryException, IOException {
    Files.createFile(folder.resolve("libmkl_sequential.so.2"));
    addMkl(1, 0);
    assertEquals(
        new BlasProbe(
            "MKL",
            "2025.3",
            MKL_WORDS + ", threading layer SEQUENTIAL, MKL_CBWR STRICT",
            "AVX512_E1"),
        probe());
    assertEquals(
        List.of(
            "MKL_Set_Interface_Layer 0",
            "MKL_Set_Threading_Layer 1",
            "MKL_CBWR_Get 1",
            "MKL_CBWR_Set " + (0x10000 + 2),
            "MKL_Set_Num_Threads 1"),
        calls);
  }

  /** MKL ends the process where the file of its layer is absent. */
  @Test
  void mklWithoutASequentialLayerTakesTheOneWhoseFilesAreThere() throws Exception {
    addMkl(1, 0);
    assertRefused("it has no threading layer beside it");
    Files.createFile(folder.resolve("libmkl_gnu_thread.so.2"));
    assertTrue(probe().configuration().contains("threading layer GNU"));
    assertTrue(calls.contains("MKL_Set_Threading_Layer 3"), calls.toString());
    calls.clear();
    Files.createFile(folder.resolve("libiomp5.so"));
    Files.createFile(folder.resolve("libmkl_intel_thread.so.2"));
    assertTrue(probe().configuration().contains("threading layer INTEL"));
    assertTrue(calls.contains("MKL_Set_Threading_Layer 0"), calls.toString());
  }

  @Test
  void kernelsThatMklIsToldToUseStay() throws Exception {
    Files.createFile(folder.resolve("libmkl_sequential.so.2"));
    addMkl(10, 0);
    assertEquals("AVX2", probe().coreType());
    assertTrue(calls.contains("MKL_CBWR_Set " + (0x10000 + 10)), calls.toString());
  }

  @Test
  void mklThatKnowsNoStrictBitsSaysSo() throws Exception {
    Files.createFile(folder.resolve("libmkl_sequential.so.2"));
    addMkl(1, -8);
    assertTrue(probe().configuration().endsWith("MKL_CBWR unset"));
  }

  @Test
  void blisIsUsedWithOneThread() throws UnusableLibraryException {
    symbols.put("bli_info_get_version_str", functions.text("0.9.0"));
    symbols.put("bli_arch_query_id", functions.answer(4));
    symbols.put(
        "bli_arch_string",
        functions.function(
            FunctionDescriptor.of(ADDRESS, JAVA_INT),
            arguments -> arena.allocateFrom("zen" + arguments.getFirst())));
    symbols.put(
        "bli_thread_set_num_threads",
        functions.function(
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG),
            arguments -> {
              calls.add("bli_thread_set_num_threads " + arguments.getFirst());
              return 0;
            }));
    assertEquals(new BlasProbe("BLIS", "0.9.0", "", "zen4"), probe());
    assertEquals(List.of("bli_thread_set_num_threads 1"), calls);
  }

  @Test
  void aLibraryOfAnUnknownMakerIsTaken() throws UnusableLibraryException {
    assertEquals("BLAS", probe().name());
    assertTrue(probe().configuration().contains("threads not limited by Gatun"));
  }

  @Test
  void aLibraryWithoutLapackeIsRefusedByName() {
    addOpenBlas("OpenBLAS 0.3.21 Zen");
    remove("LAPACKE_");
    assertRefused("it has no LAPACKE (no LAPACKE_ssyevd, LAPACKE_dsyevd, LAPACKE_dsterf and");
  }

  @Test
  void aPartlyThereLibraryNamesAllThatItLacks() {
    addOpenBlas("OpenBLAS 0.3.31 Zen");
    remove("cblas_dsyrk");
    assertRefused("it lacks cblas_dsyrk;");
    addStandardFunctions();
    remove("LAPACKE_[sd](gesvd|potrf)");
    assertRefused("it lacks LAPACKE_sgesvd, LAPACKE_dgesvd, LAPACKE_spotrf, LAPACKE_dpotrf;");
  }

  @Test
  void anotherLibraryHasNoCblas() {
    symbols.clear();
    assertRefused("it has no CBLAS (no cblas_sdot, ");
  }

  private BlasProbe probe() throws UnusableLibraryException {
    SymbolLookup lookup = name -> Optional.ofNullable(symbols.get(name));
    return BlasProbe.of(lookup, library);
  }

  private void assertRefused(String reason) {
    var e = assertThrows(UnusableLibraryException.class, this::probe);
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    assertEquals(List.of(), calls);
  }

  private void remove(String pattern) {
    symbols.keySet().removeIf(name -> name.matches(pattern + ".*"));
  }

  private void addOpenBlas(String configuration) {
    symbols.put("openblas_get_config", functions.text(configuration));
    symbols.put("openblas_get_corename", functions.text("Zen"));
    addSetting("openblas_set_num_threads", 0);
  }

  /**
   * An MKL that would choose the kernels AVX512_E1 by itself.
   *
   * @param branch the kernels that {@code MKL_CBWR} names, 1 for none
   * @param setOutcome what setting them comes to
   */
  @SuppressWarnings("restricted")
  private void addMkl(int branch, int setOutcome) {
    symbols.put(
        "MKL_Get_Version_String",
        functions.function(
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
            arguments -> {
              var words = (MemorySegment) arguments.getFirst();
              words.reinterpret((int) arguments.getLast()).setString(0, MKL_WORDS);
              return 0;
            }));
    symbols.put("MKL_CBWR_Get_Auto_Branch", functions.answer(14));
    addSetting("MKL_Set_Interface_Layer", 0);
    addSetting("MKL_Set_Threading_Layer", 0);
    addSetting("MKL_Set_Num_Threads", 0);
    addSetting("MKL_CBWR_Get", branch);
    addSetting("MKL_CBWR_Set", setOutcome);
  }

  private void addSetting(String name, int outcome) {
    symbols.put(
        name,
        functions.function(
            FunctionDescriptor.of(JAVA_INT, JAVA_INT),
            arguments -> {
              calls.add(name + " " + arguments.getFirst());
              return outcome;
            }));
  }
}
