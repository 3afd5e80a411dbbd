package dev.gatun.natives;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Looks at every native library that Gatun can use, for {@code gatun doctor}. Throws nothing if one
 * is absent: its report says so.
 */
public final class NativeLibraries {
  private NativeLibraries() {}

  /**
   * Reports on OpenBLAS, which is loaded for use if it can be.
   *
   * @param file the library file given with {@code --openblas}
   */
  public static LibraryReport openBlas(Optional<Path> file) {
    return OpenBlasLibrary.report(file);
  }

  /**
   * Reports on the CUDA family, which is only looked for: opened and asked, not loaded for use.
   *
   * @param folder the folder given with {@code --cuda-libraries}
   */
  public static CudaReport cuda(Optional<Path> folder) {
    return CudaLibraries.inspect(folder);
  }
}
