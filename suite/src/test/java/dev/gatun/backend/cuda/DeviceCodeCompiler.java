package dev.gatun.backend.cuda;

import dev.gatun.bindings.nvrtc.Nvrtc;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.natives.cuda.NvrtcAlone;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A compiler of kernels that needs no GPU, and says how many registers each takes. */
sealed interface DeviceCodeCompiler {

  /** NVRTC where Gatun finds one, else nvcc. */
  static Optional<DeviceCodeCompiler> find() {
    return NvrtcAlone.load().<DeviceCodeCompiler>map(WithNvrtc::new).or(WithNvcc::find);
  }

  /** Whether it compiles for an architecture, such as 90. */
  boolean knows(int architecture);

  /**
   * What it says, warnings and each architecture's registers included.
   *
   * @throws IllegalArgumentException with what it says, if the source does not compile
   */
  String log(KernelSource source, KernelVariant variant, List<Integer> architectures);

  /** As Gatun compiles on the user's machine. */
  record WithNvrtc(String version) implements DeviceCodeCompiler {
    @Override
    public boolean knows(int architecture) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
        CudaStatus.NVRTC.check(Nvrtc.nvrtcGetNumSupportedArchs(count), "nvrtcGetNumSupportedArchs");
        MemorySegment all =
            arena.allocate(ValueLayout.JAVA_INT, count.get(ValueLayout.JAVA_INT, 0));
        CudaStatus.NVRTC.check(Nvrtc.nvrtcGetSupportedArchs(all), "nvrtcGetSupportedArchs");
        return Arrays.stream(all.toArray(ValueLayout.JAVA_INT)).anyMatch(it -> it == architecture);
      }
    }

    @Override
    public String log(KernelSource source, KernelVariant variant, List<Integer> architectures) {
      return architectures.stream()
          .map(architecture -> log(source, variant, architecture))
          .collect(Collectors.joining());
    }

    private static String log(KernelSource source, KernelVariant variant, int architecture) {
      var options =
          Stream.concat(
              KernelCompiler.options(architecture).stream(), Stream.of("--ptxas-options=-v"));
      try {
        return KernelCompiler.compile(source, variant, options.toList()).log();
      } catch (NativeStatusException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }

    @Override
    public String toString() {
      return "NVRTC " + version;
    }
  }

  /**
   * The toolkit's compiler. No kernel asks which architecture it is compiled for, so the front end,
   * which takes more than half of the time, runs once for all of them.
   */
  record WithNvcc(String command, String version) implements DeviceCodeCompiler {
    private static final Pattern RELEASE = Pattern.compile("V(\\d+\\.\\d+\\.\\d+)");

    static Optional<DeviceCodeCompiler> find() {
      return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
          .map(folder -> Path.of(folder, "nvcc"))
          .filter(Files::isExecutable)
          .findFirst()
          .map(file -> new WithNvcc(file.toString(), version(file.toString())));
    }

    private static String version(String command) {
      var release = RELEASE.matcher(run(List.of(command, "--version")).text());
      return release.find() ? release.group(1) : "of an unknown version";
    }

    @Override
    public boolean knows(int architecture) {
      return run(List.of(command, "--list-gpu-code")).text().contains("sm_" + architecture);
    }

    @Override
    public String log(KernelSource source, KernelVariant variant, List<Integer> architectures) {
      var texts = new HashMap<String, String>(source.headers());
      texts.put(source.file(), source.text());
      if (texts.values().stream().anyMatch(text -> text.contains("__CUDA_ARCH__"))) {
        throw new IllegalStateException(
            source.file() + " depends on the architecture: run the front end for each");
      }
      try {
        Path folder = Files.createTempDirectory("gatun-nvcc");
        try {
          Path file = folder.resolve(source.file());
          Path code = folder.resolve("code.fatbin");
          for (var text : texts.entrySet()) {
            Files.writeString(folder.resolve(text.getKey()), text.getValue());
          }
          String codes =
              architectures.stream().map(it -> "sm_" + it).collect(Collectors.joining(","));
          String target = "arch=compute_%s,code=[%s]".formatted(architectures.getFirst(), codes);
          var options = List.of("-std=c++17", "-fatbin", "-Xptxas", "-v", "-gencode", target);
          var finished =
              run(
                  Stream.of(
                          List.of(command),
                          options,
                          source.definitions(variant),
                          List.of("-o", code.toString(), file.toString()))
                      .flatMap(List::stream)
                      .toList());
          for (String name : texts.keySet()) {
            Files.delete(folder.resolve(name));
          }
          Files.deleteIfExists(code);
          if (finished.status() != 0) {
            throw new IllegalArgumentException(
                source.file() + " does not compile; nvcc says:\n" + finished.text());
          }
          return finished.text();
        } finally {
          Files.delete(folder);
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    private record Finished(int status, String text) {}

    private static Finished run(List<String> command) {
      try {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Finished(process.waitFor(), text);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while compiling", e);
      }
    }

    @Override
    public String toString() {
      return "nvcc " + version;
    }
  }
}
