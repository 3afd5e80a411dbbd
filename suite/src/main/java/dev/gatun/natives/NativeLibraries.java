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
   * Reports on the BLAS library, which is loaded for use if it can be.
   *
   * @param file the library file given with {@code --blas}
   */
  public static LibraryReport blas(Optional<Path> file) {
    return BlasLibrary.report(file);
  }

  /**
   * Measures the BLAS library in use for about a second.
   *
   * @throws NativeLibraryException if it cannot be used
   */
  public static BlasSpeed blasSpeed() {
    BlasLibrary.load();
    return BlasSpeed.measure();
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
