package dev.gatun.natives.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.natives.LibraryReport;
import dev.gatun.natives.LibraryReport.Attempt;
import dev.gatun.natives.NativeLibraryException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is taken from where, and what is said where nothing is, on machines made of fakes. */
class CudaSearchTest {
  @TempDir Path machine;

  private final Arena arena = Arena.ofShared();
  private final FakeCudaFamily family = new FakeCudaFamily(arena);
  private final Map<String, String> environment = new HashMap<>();
  private Path driver;

  @BeforeEach
  void installDriverOfCuda13() {
    driver = machine.resolve("usr/lib64/libcuda.so.1");
    family.driver(driver, 0, 13000);
  }

  @AfterEach
  void freeStubs() {
    arena.close();
  }

  @ParameterizedTest
  @EnumSource
  void aWholeToolkitIsTakenInLoadOrder(CudaRelease release) {
    var home = machine.resolve("toolkit");
    environment.put("CUDA_HOME", home.toString());
    family.toolkit(home.resolve("lib64"), release);
    var finding = find();
    assertEquals(Optional.empty(), finding.obstacle());
    assertEquals(
        Arrays.asList(CudaLibrary.values()),
        finding.inLoadOrder().stream().map(CudaProbe.Sound::library).toList());
    assertEquals(
        release + " from CUDA_HOME (" + home + ")", finding.toolkit().orElseThrow().toString());
    var opened = family.opened();
    assertTrue(
        opened.indexOf(path(home, "lib64", CudaLibrary.NVJITLINK, release))
            < opened.indexOf(path(home, "lib64", CudaLibrary.CUSOLVER, release)),
        opened.toString());
  }

  @Test
  void theFolderNamedForGatunGoesFirstAndDecides() {
    var named = machine.resolve("named");
    environment.put("GATUN_CUDA", named.toString());
    environment.put("CUDA_HOME", machine.resolve("home").toString());
    family.toolkit(machine.resolve("home/lib64"), CudaRelease.CUDA_13);
    family.library(named, CudaLibrary.CUBLAS, CudaRelease.CUDA_12);
    assertObstacle(
        "CUDA libraries",
        "tried GATUN_CUDA (" + named + "): CUDA 12: lacks libcusolver.so.11, libnvrtc.so.12");
    assertEquals(1, find().steps().size());
  }

  @Test
  void theOptionGoesBeforeTheVariable() {
    environment.put("GATUN_CUDA", machine.resolve("variable").toString());
    var chosen = machine.resolve("option");
    family.toolkit(chosen, CudaRelease.CUDA_12);
    var toolkit = find(Optional.of(chosen)).toolkit().orElseThrow();
    assertEquals("CUDA 12 from --cuda-libraries (" + chosen + ")", toolkit.toString());
  }

  @Test
  void theStepsGoInTheDocumentedOrder() throws IOException {
    Files.createDirectories(machine.resolve("usr/local/cuda-12.4"));
    Files.createDirectories(machine.resolve("usr/local/cuda"));
    environment.put("VIRTUAL_ENV", machine.resolve("venv").toString());
    var expected =
        List.of(
            "GATUN_CUDA: not set",
            "CUDA_HOME: not set",
            "CUDA_PATH: not set",
            "dynamic linker: CUDA 13: libcublas.so.13: cannot open shared object file;"
                + " CUDA 12: libcublas.so.12: cannot open shared object file",
            "usual prefix "
                + machine.resolve("usr/local/cuda")
                + ": none of cuBLAS, cuSOLVER, NVRTC",
            "usual prefix "
                + machine.resolve("usr/local/cuda-12.4")
                + ": none of cuBLAS, cuSOLVER, NVRTC",
            "VIRTUAL_ENV " + machine.resolve("venv") + ": no such folder",
            "CONDA_PREFIX: not set",
            "Gatun's cache, by `make cuda-libraries` "
                + machine.resolve("cache/cuda")
                + ": no such folder");
    assertEquals(expected, find().steps().stream().map(CudaSearchTest::line).toList());
  }

  @Test
  void theLinkersLibrariesAreOpenedByName() {
    var lib = machine.resolve("usr/lib/x86_64-linux-gnu");
    for (var library : CudaLibrary.ofToolkit()) {
      family.library(lib, library, CudaRelease.CUDA_12);
      family.linkerKnows(lib.resolve(library.fileNames(CudaRelease.CUDA_12).getLast()));
    }
    var finding = find();
    assertEquals("CUDA 12 from dynamic linker", finding.toolkit().orElseThrow().toString());
    assertEquals(
        lib.resolve("libcusolver.so.11"),
        finding.toolkit().orElseThrow().libraries().get(CudaLibrary.CUSOLVER).file());
  }

  @Test
  void theWheelsOfCuda12LieInAFolderEach() {
    var packages = virtualEnvironment();
    var folders =
        Map.of(
            CudaLibrary.CUBLAS_LT, "cublas",
            CudaLibrary.CUBLAS, "cublas",
            CudaLibrary.NVJITLINK, "nvjitlink",
            CudaLibrary.CUSPARSE, "cusparse",
            CudaLibrary.CUSOLVER, "cusolver",
            CudaLibrary.NVRTC_BUILTINS, "cuda_nvrtc",
            CudaLibrary.NVRTC, "cuda_nvrtc",
            CudaLibrary.CUDNN, "cudnn",
            CudaLibrary.RUNTIME, "cuda_runtime");
    folders.forEach((library, folder) ->
        family.library(packages.resolve(folder + "/lib"), library, CudaRelease.CUDA_12));
    var toolkit = find().toolkit().orElseThrow();
    assertEquals(CudaRelease.CUDA_12, toolkit.release());
    assertEquals("VIRTUAL_ENV", toolkit.place().source());
    assertEquals(folders.keySet(), toolkit.libraries().keySet());
  }

  @Test
  void theWheelsOfCuda13ShareAFolder() {
    var packages = virtualEnvironment();
    family.toolkit(packages.resolve("cu13/lib"), CudaRelease.CUDA_13);
    assertEquals(CudaRelease.CUDA_13, find().toolkit().orElseThrow().release());
  }

  @Test
  void wheelsOfTwoReleasesSideBySideDoNotMix() {
    var packages = virtualEnvironment();
    family.driver(driver, 0, 12040);
    // cuSPARSE has the same name in both.
    family.toolkit(packages.resolve("cu13/lib"), CudaRelease.CUDA_13);
    for (var library : CudaLibrary.ofToolkit()) {
      family.library(packages.resolve("x" + library.name() + "/lib"), library, CudaRelease.CUDA_12);
    }
    var toolkit = find().toolkit().orElseThrow();
    assertEquals(CudaRelease.CUDA_12, toolkit.release());
    toolkit
        .libraries()
        .values()
        .forEach(sound -> assertFalse(sound.file().toString().contains("cu13"), sound.toString()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lib", "targets/x86_64-linux/lib"})
  void condasOwnLibrariesLieInItsLibOrWhereAToolkitHasThem(String folder) {
    environment.put("CONDA_PREFIX", machine.resolve("conda").toString());
    family.toolkit(machine.resolve("conda").resolve(folder), CudaRelease.CUDA_12);
    assertEquals("CONDA_PREFIX", find().toolkit().orElseThrow().place().source());
  }

  @Test
  void gatunsCacheComesLast() {
    family.toolkit(machine.resolve("cache/cuda/12.6"), CudaRelease.CUDA_12);
    assertEquals(
        machine.resolve("cache/cuda/12.6").toString(),
        find().toolkit().orElseThrow().place().location());
  }

  @Test
  void aCacheThatOthersCanWriteIsNotLookedIntoWithOrWithoutAVersion() throws IOException {
    var cuda = machine.resolve("cache/cuda");
    for (var folder : List.of(cuda, cuda.resolve("12.6"))) {
      family.toolkit(folder, CudaRelease.CUDA_12);
      Files.setPosixFilePermissions(cuda, PosixFilePermissions.fromString("rwxrwxr-x"));
      var finding = find();
      assertEquals(Optional.empty(), finding.toolkit());
      var outcome = finding.steps().getLast().outcome();
      assertTrue(outcome.contains("`chmod -R go-w " + cuda + "`"), outcome);
      Files.setPosixFilePermissions(cuda, PosixFilePermissions.fromString("rwxr-xr-x"));
      assertTrue(find().toolkit().isPresent());
    }
  }

  @Test
  void halfOfEachReleaseIsNoWhole() {
    var home = home();
    family.library(home, CudaLibrary.CUBLAS, CudaRelease.CUDA_13);
    family.library(home, CudaLibrary.CUSOLVER, CudaRelease.CUDA_12);
    family.library(home, CudaLibrary.NVRTC, CudaRelease.CUDA_12);
    assertObstacle(
        "CUDA libraries",
        "CUDA 13: lacks libcusolver.so.12, libnvrtc.so.13; CUDA 12: lacks libcublas.so.12");
  }

  @Test
  void librariesOfTwoPlacesAreNotCombined() {
    family.library(home(), CudaLibrary.CUBLAS, CudaRelease.CUDA_12);
    var prefix = machine.resolve("usr/local/cuda/lib64");
    family.library(prefix, CudaLibrary.CUSOLVER, CudaRelease.CUDA_12);
    family.library(prefix, CudaLibrary.NVRTC, CudaRelease.CUDA_12);
    assertObstacle("CUDA libraries", "CUDA 12: lacks libcublas.so.12");
  }

  @Test
  void aLibraryThatLacksAFunctionIsNamedWithIt() {
    family.toolkit(home(), CudaRelease.CUDA_12);
    family.remove(home().resolve("libcusolver.so.11"), "cusolverDnXpotrs");
    assertObstacle(
        "CUDA libraries",
        "CUDA 12: libcusolver.so.11: lacks cusolverDnXpotrs; install all of CUDA 12");
  }

  @Test
  void anotherLibraryUnderTheNameIsNotTakenForIt() {
    family.toolkit(home(), CudaRelease.CUDA_12);
    family.remove(home().resolve("libnvrtc.so.12"), "nvrtcVersion");
    assertObstacle(
        "CUDA libraries", "libnvrtc.so.12: opens, but has no symbol nvrtcVersion: it is no NVRTC");
  }

  @Test
  void aLibraryOfAnotherMajorVersionUnderTheNameIsRefused() {
    family.toolkit(home(), CudaRelease.CUDA_13);
    family.library(home(), CudaLibrary.CUBLAS, CudaRelease.CUDA_13, 12);
    assertObstacle(
        "CUDA libraries",
        "libcublas.so.13: states version \"12.6.4\", and cuBLAS of CUDA 13 has 13.x");
  }

  @Test
  void aBrokenFileIsReportedInTheLinkersWordsAndTheSearchGoesOn() {
    family.toolkit(home(), CudaRelease.CUDA_12);
    var broken = home().resolve("libcublasLt.so.12");
    family.breakFile(broken);
    family.toolkit(machine.resolve("opt/cuda/lib"), CudaRelease.CUDA_12);
    var finding = find();
    assertEquals("usual prefix", finding.toolkit().orElseThrow().place().source());
    assertEquals(
        "CUDA_HOME "
            + machine.resolve("home")
            + ": CUDA 12: "
            + broken
            + ": cannot open shared object file",
        line(finding.steps().get(1)));
    assertTrue(
        finding.attempts().get(CudaLibrary.CUBLAS_LT).stream()
            .anyMatch(attempt -> attempt.location().equals(broken.toString())));
  }

  @Test
  void whatIsOptionalMayBeAbsentOrBroken() {
    family.toolkit(home(), CudaRelease.CUDA_12);
    family.breakFile(home().resolve("libcudart.so.12"));
    // Of the other release, which its name does not show.
    family.library(home(), CudaLibrary.CUDNN, CudaRelease.CUDA_13);
    var finding = find();
    var libraries = finding.toolkit().orElseThrow().libraries();
    assertFalse(libraries.containsKey(CudaLibrary.RUNTIME));
    assertFalse(libraries.containsKey(CudaLibrary.CUDNN));
    assertEquals(
        "is built for another release than CUDA 12",
        finding.attempts().get(CudaLibrary.CUDNN).getLast().outcome());
  }

  @Test
  void aDependencyThatIsNotThereIsLeftToTheLinker() {
    for (var library : List.of(CudaLibrary.CUBLAS, CudaLibrary.CUSOLVER, CudaLibrary.NVRTC)) {
      family.library(home(), library, CudaRelease.CUDA_13);
    }
    assertEquals(3, find().toolkit().orElseThrow().libraries().size());
  }

  @Test
  void aDriverOfCuda12TakesTheCuda12LibrariesOfAPlaceThatHasBoth() {
    family.driver(driver, 0, 12040);
    family.toolkit(home(), CudaRelease.CUDA_13);
    family.toolkit(home(), CudaRelease.CUDA_12);
    assertEquals(CudaRelease.CUDA_12, find().toolkit().orElseThrow().release());
  }

  @Test
  void aDriverTooOldForTheOnlyLibrariesIsNamedWithWhatTheyNeed() throws IOException {
    var file = machine.resolve("usr/lib64/libcuda.so.550.54.14");
    Files.delete(driver);
    Files.createFile(file);
    family.driver(Files.createSymbolicLink(driver, file), 0, 12040);
    family.toolkit(home(), CudaRelease.CUDA_13);
    assertObstacle(
        "CUDA libraries",
        "no place holds all of a release that this driver, 12.4 (NVIDIA driver 550.54.14), runs;"
            + " name a folder of CUDA 12 or 13 with --cuda-libraries or GATUN_CUDA, or run `make"
            + " cuda-libraries`",
        "CUDA 13: needs a driver of 13.0 or newer (NVIDIA driver 580 or newer); this one is 12.4"
            + " (NVIDIA driver 550.54.14)");
    assertEquals(List.of(), family.opened().stream().filter(f -> f.contains("home")).toList());
  }

  @Test
  void aDriverTooOldForAnythingIsNamedWithWhatIsNeeded() {
    family.driver(driver, 0, 11080);
    family.toolkit(home(), CudaRelease.CUDA_12);
    assertObstacle(
        "CUDA driver",
        "version 11.8 is too old: CUDA 12 needs 12.0 or newer (NVIDIA driver 525 or newer); update"
            + " the NVIDIA driver; tried dynamic linker");
  }

  @Test
  void aMissingDriverIsOneLineWithEveryPlace() {
    family.breakFile(driver);
    environment.put("GATUN_CUDA", machine.toString());
    family.toolkit(machine, CudaRelease.CUDA_12);
    assertObstacle(
        "CUDA driver",
        "CUDA driver: not found, and CUDA 12 needs 12.0 or newer (NVIDIA driver 525 or newer);"
            + " install the NVIDIA driver; tried GATUN_CUDA ("
            + machine
            + "): holds no libcuda.so.1; tried dynamic linker (libcuda.so.1):",
        "; tried driver folders (" + driver + "): " + driver + ": cannot open");
  }

  @Test
  void theStubOfADriverIsNoDriver() {
    var stub = machine.resolve("toolkit/lib64/libcuda.so.1");
    family.driver(stub, 34, 0);
    environment.put("GATUN_CUDA", machine.resolve("toolkit").toString());
    family.toolkit(stub.getParent(), CudaRelease.CUDA_13);
    var finding = find();
    assertEquals(Optional.empty(), finding.obstacle());
    assertEquals(driver, finding.inLoadOrder().getFirst().file());
    assertTrue(finding.driver().attempts().getFirst().outcome().contains("a stub to link against"));
  }

  @Test
  void aDriverIsNotLookedForInAToolkit() {
    environment.put("CUDA_HOME", machine.resolve("home").toString());
    family.driver(home().resolve("libcuda.so.1"), 0, 12000);
    assertEquals(driver, find().driver().library().orElseThrow().file());
  }

  @Test
  void aDriverThatLacksAFunctionIsNamedWithIt() {
    family.remove(driver, "cuGraphInstantiateWithFlags");
    family.toolkit(home(), CudaRelease.CUDA_13);
    assertObstacle(
        "CUDA driver", "version 13.0 lacks cuGraphInstantiateWithFlags; update the NVIDIA driver");
  }

  @Test
  void theVerdictSaysThatItWillWorkOrWhyNot() {
    var home = home();
    family.devices(driver, 0, 2);
    assertVerdict(false, "--device cuda will not work: CUDA libraries: no place holds all of");
    family.toolkit(home, CudaRelease.CUDA_13);
    assertVerdict(
        true,
        "--device cuda will work: CUDA 13 from CUDA_HOME ("
            + machine.resolve("home")
            + "), driver 13.0, 2 GPUs");
    family.devices(driver, 100, 0);
    assertVerdict(
        false,
        "--device cuda will not work: the driver does not start: cuInit returned 100"
            + " (CUDA_ERROR_100); see nvidia-smi");
    family.devices(driver, 0, 0);
    assertVerdict(false, "--device cuda will not work: the driver shows no GPU");
  }

  @Test
  void everyLibraryHasAReport() {
    family.toolkit(home(), CudaRelease.CUDA_12);
    var reports = find().reports();
    assertEquals(
        Arrays.stream(CudaLibrary.values()).map(CudaLibrary::label).toList(),
        reports.stream().map(LibraryReport::name).toList());
    for (var report : reports) {
      assertTrue(report.loaded().isPresent(), report.name());
      assertFalse(report.attempts().isEmpty(), report.name());
    }
    assertEquals("12.6.4", reports.get(CudaLibrary.CUBLAS.ordinal()).version());
    assertEquals("11.6.4", reports.get(CudaLibrary.CUSOLVER.ordinal()).version());
    assertEquals("12.6", reports.get(CudaLibrary.NVRTC.ordinal()).version());
    assertEquals("12.6", reports.get(CudaLibrary.NVJITLINK.ordinal()).version());
    assertEquals("12.6", reports.get(CudaLibrary.RUNTIME.ordinal()).version());
  }

  /** The library folder of a toolkit that CUDA_HOME names. */
  private Path home() {
    environment.put("CUDA_HOME", machine.resolve("home").toString());
    return machine.resolve("home/lib64");
  }

  private Path virtualEnvironment() {
    environment.put("VIRTUAL_ENV", machine.resolve("venv").toString());
    return machine.resolve("venv/lib/python3.13/site-packages/nvidia");
  }

  private static String path(Path home, String folder, CudaLibrary library, CudaRelease release) {
    return home.resolve(folder).resolve(library.name(release)).toString();
  }

  private static String line(Attempt attempt) {
    var location = attempt.location().isEmpty() ? "" : " " + attempt.location();
    return attempt.source() + location + ": " + attempt.outcome();
  }

  private void assertObstacle(String library, String... words) {
    var why = find().obstacle().orElseThrow();
    var e = NativeLibraryException.of(why.library(), why.problem(), why.tried());
    assertEquals(library, e.library());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
    for (var part : words) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }

  private void assertVerdict(boolean usable, String verdict) {
    var report = CudaLibraries.report(find(), new CudaProbe(family));
    assertEquals(usable, report.usable());
    assertTrue(report.verdict().startsWith(verdict), report.verdict());
  }

  private CudaFinding find() {
    return find(Optional.empty());
  }

  private CudaFinding find(Optional<Path> option) {
    var places = new CudaPlaces(environment::get, machine, machine.resolve("cache"));
    return new CudaSearch(places, option, family).find();
  }
}
