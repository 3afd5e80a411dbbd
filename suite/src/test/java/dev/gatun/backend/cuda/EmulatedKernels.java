package dev.gatun.backend.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The translation unit that makes a library of emulated kernels of a {@code .cu} file in a variant:
 * the file itself, unchanged, and a table of its kernels.
 */
record EmulatedKernels(Path path, KernelSource source, KernelVariant variant) {
  private static final Pattern KERNEL =
      Pattern.compile(
          "__global__\\s+(?:void\\s+)?(?:__launch_bounds__\\s*\\(([^)]*)\\)\\s*)?(?:void\\s+)?"
              + "(\\w+)\\s*\\(");
  private static final Pattern COMMENT = Pattern.compile("//[^\n]*|(?s:/\\*.*?\\*/)");
  private static final int MAX_THREADS = 1024;

  /** Of a file in all its variants. */
  static List<EmulatedKernels> of(Path path, Path headers) throws IOException {
    var source =
        KernelSource.of(
            path.getFileName().toString(),
            Files.readString(path),
            name -> {
              try {
                return Files.readString(headers.resolve(name));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    return source.variants().stream().map(it -> new EmulatedKernels(path, source, it)).toList();
  }

  /** The library's, as the fake NVRTC makes it of a file's name and its definitions. */
  String name() {
    return source.name(variant);
  }

  /** C++ text; the headers' folder and the emulation's must be on the include path. */
  String translationUnit() {
    var text = source.text();
    var constants = new StringBuilder();
    variant
        .constants()
        .forEach((name, value) -> constants.append("#define %s %s\n".formatted(name, value)));
    var entries = new StringBuilder();
    var kernels = KERNEL.matcher(COMMENT.matcher(text).replaceAll(" "));
    int count = 0;
    for (; kernels.find(); count++) {
      var bounds =
          kernels.group(1) == null ? Integer.toString(MAX_THREADS) : kernels.group(1).split(",")[0];
      var name = kernels.group(2);
      entries.append(
          "    gatun::emulation::kernel<&%s>(\"%s\", %s),\n".formatted(name, name, bounds));
    }
    if (count == 0) {
      throw new IllegalStateException(path + " has no __global__ function");
    }
    return """
    #include "emulation/cuda_language.h"
    %s#include "%s"

    #include "emulation/kernel_file.h"

    static const gatun::emulation::Kernel gatun_kernels[] = {
    %s};

    static void *gatun_static_shared() {
      static thread_local char anchor;
      return &anchor;
    }

    extern "C" const gatun::emulation::KernelFile gatun_kernel_file;
    const gatun::emulation::KernelFile gatun_kernel_file = {
        "%s", 0x%016xull, gatun_kernels, %d, gatun_static_shared, GATUN_TELLS_ACCESSES};
    """
        .formatted(constants, path.toAbsolutePath(), entries, name(), hash(), count);
  }

  /** FNV-1a of the file and its headers, as the fake NVRTC computes it of what it is given. */
  private long hash() {
    long hash = 0xcbf29ce484222325L;
    var all = source.text() + String.join("", source.headers().values());
    for (byte b : all.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
