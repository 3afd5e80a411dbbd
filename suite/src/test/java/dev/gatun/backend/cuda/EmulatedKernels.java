package dev.gatun.backend.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The translation unit that makes a library of emulated kernels of a {@code .cu} file: the file
 * itself, unchanged, and a table of its kernels.
 */
record EmulatedKernels(Path source, Path header) {
  private static final Pattern KERNEL =
      Pattern.compile(
          "__global__\\s+(?:void\\s+)?(?:__launch_bounds__\\s*\\(([^)]*)\\)\\s*)?(?:void\\s+)?"
              + "(\\w+)\\s*\\(");
  private static final Pattern COMMENT = Pattern.compile("//[^\n]*|(?s:/\\*.*?\\*/)");
  private static final int MAX_THREADS = 1024;

  /** The file's name without {@code .cu}. */
  String name() {
    return source.getFileName().toString().replaceFirst("\\.cu$", "");
  }

  /** C++ text; the header's folder and the emulation's must be on the include path. */
  String translationUnit() throws IOException {
    var text = Files.readString(source);
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
      throw new IllegalStateException(source + " has no __global__ function");
    }
    return """
    #include "emulation/cuda_language.h"
    #include "%s"

    #include "emulation/kernel_file.h"

    static const gatun::emulation::Kernel gatun_kernels[] = {
    %s};

    static void *gatun_static_shared() {
      static thread_local char anchor;
      return &anchor;
    }

    extern "C" const gatun::emulation::KernelFile gatun_kernel_file;
    const gatun::emulation::KernelFile gatun_kernel_file = {
        "%s", 0x%016xull, gatun_kernels, %d, gatun_static_shared};
    """
        .formatted(source.toAbsolutePath(), entries, name(), hash(text), count);
  }

  /** FNV-1a of the file and the header, as the fake NVRTC computes it of what it is given. */
  private long hash(String text) throws IOException {
    long hash = 0xcbf29ce484222325L;
    for (byte b : (text + Files.readString(header)).getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
