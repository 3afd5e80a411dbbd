package dev.gatun.natives;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at every native library that Gatun can use, for {@code gatun doctor}. */
public final class NativeLibraries {
  private NativeLibraries() {}

  /**
   * Reports on OpenBLAS, which is loaded for use if it can be, and on the CUDA family, which is
   * only looked for. Throws nothing if one is absent: its report says so.
   *
   * @param openblas the library file given with {@code --openblas}
   */
  public static List<LibraryReport> inspect(Optional<Path> openblas) {
    var reports = new ArrayList<LibraryReport>();
    reports.add(OpenBlasLibrary.report(openblas));
    reports.addAll(CudaSearch.ofThisMachine().inspect());
    return List.copyOf(reports);
  }
}
