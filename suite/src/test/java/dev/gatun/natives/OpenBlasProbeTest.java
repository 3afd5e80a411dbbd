package dev.gatun.natives;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Dispatch against fake libraries, made of method handles. */
class OpenBlasProbeTest {
  private final Arena arena = Arena.ofShared();
  private final List<Integer> threadCounts = new ArrayList<>();

  @AfterEach
  void freeStubs() {
    arena.close();
  }

  @Test
  void aCompleteLibraryIsUsedWithOneThread() throws UnusableLibraryException {
    var probe = OpenBlasProbe.of(library("OpenBLAS 0.3.31 DYNAMIC_ARCH Haswell MAX_THREADS=64"));
    assertEquals(
        new OpenBlasProbe("0.3.31", "OpenBLAS 0.3.31 DYNAMIC_ARCH Haswell MAX_THREADS=64", "Zen"),
        probe);
    assertEquals(List.of(1), threadCounts);
  }

  @Test
  void theOldestSupportedVersionAndDevelopmentBuildsAreAccepted() throws UnusableLibraryException {
    assertEquals("0.3.20", OpenBlasProbe.of(library("OpenBLAS 0.3.20 Zen")).version());
    assertEquals("0.3.32", OpenBlasProbe.of(library("OpenBLAS 0.3.32.dev Zen")).version());
    assertEquals("1.0.0", OpenBlasProbe.of(library("OpenBLAS 1.0.0 Zen")).version());
  }

  @Test
  void anOldVersionIsRefusedWithBothVersionsNamed() {
    assertRefused(library("OpenBLAS 0.3.19 Zen"), "it is OpenBLAS 0.3.19; 0.3.20 or newer");
  }

  @Test
  void aLibraryThatStatesNoVersionIsRefused() {
    assertRefused(library("NO_AFFINITY"), "states no version (\"NO_AFFINITY\")");
  }

  @Test
  void a64BitIntegerBuildIsRefused() {
    assertRefused(library("OpenBLAS 0.3.31 USE64BITINT Zen"), "64-bit integers");
  }

  @Test
  void aLibraryWithoutLapackeIsRefusedByName() {
    var symbols = library("OpenBLAS 0.3.21 Zen");
    assertRefused(without(symbols, "LAPACKE_"), "has no LAPACKE");
  }

  @Test
  void aPartlyThereLibraryNamesWhatItLacks() {
    var symbols = library("OpenBLAS 0.3.31 Zen");
    assertRefused(without(symbols, "cblas_dsyr2k"), "it lacks cblas_dsyr2k;");
    assertRefused(without(symbols, "LAPACKE_dlarfg"), "it lacks LAPACKE_dlarfg;");
  }

  @Test
  void anotherLibraryIsNoOpenBlas() {
    assertRefused(name -> Optional.empty(), "not an OpenBLAS (no symbol openblas_get_config)");
  }

  private void assertRefused(SymbolLookup symbols, String reason) {
    var e = assertThrows(UnusableLibraryException.class, () -> OpenBlasProbe.of(symbols));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    assertEquals(List.of(), threadCounts);
  }

  private static SymbolLookup without(SymbolLookup symbols, String prefix) {
    return name -> name.startsWith(prefix) ? Optional.empty() : symbols.find(name);
  }

  /** A library whose functions are all there; only those that the probe calls can be called. */
  private SymbolLookup library(String configuration) {
    Map<String, MemorySegment> symbols = new HashMap<>();
    for (var name : BoundFunctions.of("openblas")) {
      symbols.put(name, MemorySegment.ofAddress(1));
    }
    symbols.put("openblas_get_config", text(configuration));
    symbols.put("openblas_get_corename", text("Zen"));
    symbols.put("openblas_set_num_threads", threadSetter());
    return name -> Optional.ofNullable(symbols.get(name));
  }

  private MemorySegment text(String text) {
    var constant = MethodHandles.constant(MemorySegment.class, arena.allocateFrom(text));
    return stub(constant, FunctionDescriptor.of(ADDRESS));
  }

  private MemorySegment threadSetter() {
    try {
      var handle =
          MethodHandles.lookup()
              .bind(this, "setThreads", MethodType.methodType(void.class, int.class));
      return stub(handle, FunctionDescriptor.ofVoid(JAVA_INT));
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  void setThreads(int threads) {
    threadCounts.add(threads);
  }

  @SuppressWarnings("restricted")
  private MemorySegment stub(MethodHandle target, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().upcallStub(target, descriptor, arena);
  }
}
