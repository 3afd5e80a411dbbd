package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kernel compiles for every generation of GPU that Gatun is meant for, with no warning, and
 * with its variables in registers. What {@link RememberedKernels} remembers of the same compiler is
 * not compiled again, unless {@code -Dgatun.kernels=record} renews it.
 */
@Execution(ExecutionMode.CONCURRENT)
class KernelCompilationIT {
  private static final List<Integer> ARCHITECTURES = List.of(80, 90, 100);
  private static final List<Integer> PLANTED = List.of(80);
  private static final Path KERNELS =
      Path.of(System.getProperty("basedir", "")).resolve("../native/src/main/cuda");
  private static final Pattern ENTRY =
      Pattern.compile("Compiling entry function '(\\w+)' for '(sm_\\d+)'");
  private static final Pattern WARNING = Pattern.compile("\\bwarning( #| *:)");
  private static final Pattern SPILLS =
      Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads");

  private static final boolean RENEW = "record".equals(System.getProperty("gatun.kernels"));
  private static final AtomicInteger REMEMBERED = new AtomicInteger();
  private static final SortedSet<RememberedKernels.Line> CLEAN = new ConcurrentSkipListSet<>();

  private static RememberedKernels before;
  private static DeviceCodeCompiler compiler;
  private static List<Integer> known;

  @BeforeAll
  static void findCompiler() {
    Optional<DeviceCodeCompiler> found = DeviceCodeCompiler.find();
    assumeTrue(
        found.isPresent(),
        "kernels not compiled: no NVRTC where Gatun looks (set GATUN_CUDA), and no nvcc on the"
            + " PATH");
    compiler = found.get();
    known = ARCHITECTURES.stream().filter(compiler::knows).toList();
    assumeTrue(!known.isEmpty(), () -> compiler + " knows none of " + ARCHITECTURES);
    before = RememberedKernels.of(RememberedKernels.Check.COMPILATION);
  }

  @AfterAll
  static void remember() throws IOException {
    if (RENEW && compiler != null) {
      before.lines().stream()
          .filter(line -> !line.compiler().equals(compiler.toString()))
          .filter(KernelCompilationIT::isOfTheKernelsAsTheyAre)
          .forEach(CLEAN::add);
      new RememberedKernels(before.check(), CLEAN).write();
    } else if (REMEMBERED.get() > 0) {
      System.out.printf(
          "%d kernels not compiled: %s did it before (%s); `make kernels` compiles all%n",
          REMEMBERED.get(), compiler, before.check().file.getFileName());
    }
  }

  static Stream<Arguments> variants() {
    return sources()
        .flatMap(source ->
            source.variants().stream()
                .map(variant -> Arguments.of(Named.of(source.file(), source), variant)));
  }

  private static Stream<KernelSource> sources() {
    try (var files = Files.list(KERNELS)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".cu"))
          .sorted()
          .toList()
          .stream()
          .map(name -> KernelSource.read(name.replace(".cu", "")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + KERNELS, e);
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("variants")
  void compilesWithNoWarningAndNoSpill(KernelSource source, KernelVariant variant) {
    var line = RememberedKernels.Line.of(source, variant, compiler.toString(), known);
    if (!RENEW && before.lines().contains(line)) {
      REMEMBERED.incrementAndGet();
      return;
    }
    String log = compiler.log(source, variant, known);
    assertEquals(List.of(), complaints(source, log, known), compiler.toString());
    CLEAN.add(line);
    assumeTrue(
        known.equals(ARCHITECTURES),
        () -> "%s knows only %s of %s".formatted(compiler, known, ARCHITECTURES));
  }

  /** A kernel that was changed is to be remembered as it is now. */
  @Test
  void nothingIsRememberedOfKernelsAsTheyWere() {
    assumeTrue(!RENEW, "the memory is being renewed");
    assertEquals(
        List.of(),
        before.lines().stream().filter(line -> !isOfTheKernelsAsTheyAre(line)).toList(),
        "run `make kernels`");
  }

  private static boolean isOfTheKernelsAsTheyAre(RememberedKernels.Line line) {
    return sources()
        .flatMap(source ->
            source.variants().stream()
                .map(variant ->
                    RememberedKernels.Line.of(source, variant, line.compiler(), ARCHITECTURES)))
        .anyMatch(line::equals);
  }

  /**
   * Warnings and spills; also where the log does not speak of every kernel for every architecture.
   */
  private static List<String> complaints(
      KernelSource source, String log, List<Integer> architectures) {
    var complaints = new ArrayList<String>();
    var unseen = new LinkedHashSet<String>();
    for (int architecture : architectures) {
      source.signatures().keySet().forEach(name -> unseen.add(name + " for sm_" + architecture));
    }
    String kernel = "";
    for (String line : log.lines().toList()) {
      var entry = ENTRY.matcher(line);
      var spills = SPILLS.matcher(line);
      if (entry.find()) {
        kernel = entry.group(1) + " for " + entry.group(2);
      } else if (spills.find()) {
        unseen.remove(kernel);
        if (!spills.group(1).equals("0") || !spills.group(2).equals("0")) {
          complaints.add(kernel + ": " + spills.group());
        }
      } else if (WARNING.matcher(line).find()) {
        complaints.add(line);
      }
    }
    unseen.forEach(name -> complaints.add("the log says nothing of " + name));
    return complaints;
  }

  private static KernelSource source(String text) {
    return KernelSource.of("planted.cu", text, KernelSource::resource);
  }

  @Test
  void aWarningIsAComplaint() {
    KernelSource planted =
        source(
            """
            extern "C" __global__ void planted(float *x) {
              int unused;
              x[0] = 1.0f;
            }
            """);
    assertComplaint("warning", planted);
  }

  /** 128 values that are all wanted at the end, by 1,024 threads with 64 registers each. */
  @Test
  void aSpillIsAComplaint() {
    KernelSource planted =
        source(
            """
            extern "C" __global__ void __launch_bounds__(1024) planted(float *x) {
              float held[128];
            #pragma unroll
              for (int i = 0; i < 128; i++) held[i] = x[1024 * i + threadIdx.x];
              __syncthreads();
            #pragma unroll
              for (int i = 0; i < 128; i++) x[1024 * (i * 37 % 128) + threadIdx.x] = held[i];
            }
            """);
    assertComplaint("planted for sm_80: ", planted);
  }

  private static String log(KernelSource planted) {
    return compiler.log(planted, KernelVariant.NONE, PLANTED);
  }

  private static void assertComplaint(String words, KernelSource planted) {
    List<String> all = complaints(planted, log(planted), PLANTED);
    assertTrue(all.size() == 1 && all.getFirst().contains(words), all.toString());
  }

  @Test
  void anErrorShowsTheCompilersWords() {
    KernelSource planted =
        source("extern \"C\" __global__ void planted(float *x) { x = missing; }");
    var thrown = assertThrows(IllegalArgumentException.class, () -> log(planted));
    assertTrue(thrown.getMessage().contains("missing"), thrown.getMessage());
  }
}
