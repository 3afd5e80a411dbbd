package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.gatun.bindings.nvrtc.Nvrtc;
import dev.gatun.natives.NativeLibraryException;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.natives.cuda.CudaStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compiles kernel files for one device by NVRTC, once: the machine code is kept on disk. No fast
 * mathematics: kernels round as their source says (products and sums fuse, as C++ compilers for
 * GPUs do).
 */
final class KernelCompiler {
  private final String version;
  private final List<String> options;
  private final CubinCache cache;
  private final Consumer<String> notices;
  private boolean toldOfCompilation;

  /**
   * For a device of this compute capability.
   *
   * @param notices told in a line, once, when there is something to compile: it takes seconds
   * @throws NativeLibraryException if this NVRTC is too old for the device, or no longer compiles
   *     for it
   */
  KernelCompiler(int major, int minor, CubinCache cache, Consumer<String> notices) {
    this.cache = cache;
    this.notices = notices;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment first = arena.allocate(JAVA_INT);
      MemorySegment second = arena.allocate(JAVA_INT);
      CudaStatus.NVRTC.check(Nvrtc.nvrtcVersion(first, second), "nvrtcVersion");
      version = first.get(JAVA_INT, 0) + "." + second.get(JAVA_INT, 0);
      options = options(architecture(arena, 10 * major + minor));
    }
  }

  /** What kernels are compiled with for an architecture, such as 90. */
  static List<String> options(int architecture) {
    return List.of(
        "--gpu-architecture=sm_" + architecture,
        "--std=c++17",
        "--device-as-default-execution-space");
  }

  /** The newest that this NVRTC knows and the device runs: the same major number, not newer. */
  private int architecture(Arena arena, int device) {
    MemorySegment count = arena.allocate(JAVA_INT);
    CudaStatus.NVRTC.check(Nvrtc.nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
    MemorySegment numbers = arena.allocate(JAVA_INT, count.get(JAVA_INT, 0));
    CudaStatus.NVRTC.check(Nvrtc.nvrtcGetSupportedArchs(numbers), "nvrtcGetSupportedArchs");
    int[] known = numbers.toArray(JAVA_INT);
    return Arrays.stream(known)
        .filter(number -> number / 10 == device / 10 && number <= device)
        .max()
        .orElseThrow(() ->
            new NativeLibraryException(
                "NVRTC",
                "%s cannot compile for sm_%s, but for %s: take the CUDA libraries of another version"
                    .formatted(
                        version,
                        device,
                        Arrays.stream(known)
                            .mapToObj(number -> "sm_" + number)
                            .collect(Collectors.joining(", ")))));
  }

  /** NVRTC's version, such as {@code 13.0}. */
  String version() {
    return version;
  }

  /** What it compiles with, the architecture first. */
  List<String> options() {
    return options;
  }

  /**
   * Machine code of a kernel file in a variant.
   *
   * @throws NativeStatusException with NVRTC's log, if the source is at fault
   * @throws IllegalStateException if the file does not declare the variant
   */
  byte[] compile(KernelSource source, KernelVariant variant) {
    List<String> definitions = source.definitions(variant);
    var parts = new ArrayList<>(List.of(version, source.file(), source.text()));
    source.headers().forEach((name, text) -> parts.addAll(List.of(name, text)));
    parts.addAll(options);
    parts.addAll(definitions);
    String key = CubinCache.key(parts.toArray(String[]::new));
    return cache.get(
        source.name(variant) + "-" + key + ".cubin",
        () -> {
          tellOfCompilation();
          return compile(source, variant, options).code();
        });
  }

  private void tellOfCompilation() {
    if (!toldOfCompilation) {
      toldOfCompilation = true;
      notices.accept(
          "Compiling kernels for this GPU, which takes seconds; "
              + cache
                  .fault()
                  .map(fault -> "they are not kept: " + fault)
                  .orElse("they are kept in " + cache.folder()));
    }
  }

  /**
   * Machine code of a kernel file.
   *
   * @param log what NVRTC says of it: nothing, unless there is something to warn of
   */
  record Compiled(byte[] code, String log) {}

  /**
   * Compiles a kernel file now, with no cache.
   *
   * @throws NativeStatusException with NVRTC's log, if the source is at fault
   * @throws IllegalStateException if the file does not declare the variant
   */
  static Compiled compile(KernelSource source, KernelVariant variant, List<String> options) {
    var all = Stream.concat(options.stream(), source.definitions(variant).stream()).toList();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment handle = arena.allocate(ADDRESS);
      CudaStatus.NVRTC.check(
          Nvrtc.nvrtcCreateProgram(
              handle,
              arena.allocateFrom(source.text()),
              arena.allocateFrom(source.file()),
              source.headers().size(),
              addresses(arena, source.headers().values()),
              addresses(arena, source.headers().keySet())),
          "nvrtcCreateProgram",
          source.file());
      MemorySegment program = handle.get(ADDRESS, 0);
      try {
        int status = Nvrtc.nvrtcCompileProgram(program, all.size(), addresses(arena, all));
        CudaStatus.checkCompilation(
            status, (source.file() + " " + variant).strip(), () -> log(arena, program));
        return new Compiled(machineCode(arena, program), log(arena, program));
      } finally {
        CudaStatus.NVRTC.check(Nvrtc.nvrtcDestroyProgram(handle), "nvrtcDestroyProgram");
      }
    }
  }

  private static MemorySegment addresses(Arena arena, Collection<String> texts) {
    MemorySegment all = arena.allocate(ADDRESS, texts.size());
    int i = 0;
    for (String text : texts) {
      all.setAtIndex(ADDRESS, i++, arena.allocateFrom(text));
    }
    return all;
  }

  private static String log(Arena arena, MemorySegment program) {
    MemorySegment size = arena.allocate(JAVA_LONG);
    CudaStatus.NVRTC.check(Nvrtc.nvrtcGetProgramLogSize(program, size), "nvrtcGetProgramLogSize");
    MemorySegment text = arena.allocate(size.get(JAVA_LONG, 0) + 1);
    CudaStatus.NVRTC.check(Nvrtc.nvrtcGetProgramLog(program, text), "nvrtcGetProgramLog");
    return text.getString(0);
  }

  private static byte[] machineCode(Arena arena, MemorySegment program) {
    MemorySegment size = arena.allocate(JAVA_LONG);
    CudaStatus.NVRTC.check(Nvrtc.nvrtcGetCUBINSize(program, size), "nvrtcGetCUBINSize");
    MemorySegment code = arena.allocate(size.get(JAVA_LONG, 0));
    CudaStatus.NVRTC.check(Nvrtc.nvrtcGetCUBIN(program, code), "nvrtcGetCUBIN");
    return code.toArray(ValueLayout.JAVA_BYTE);
  }
}
