package dev.gatun.natives.blas;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The platforms that an OpenBLAS is published for on Maven Central: one row each, with its files in
 * the order in which they must be loaded (the last one is OpenBLAS).
 */
enum OpenBlasPlatform {
  /** Tested. */
  LINUX_X86_64(
      "linux-x86_64",
      List.of("libquadmath.so.0", "libgcc_s.so.1", "libgfortran.so.5", "libopenblas.so.0")),
  /** Untested: the artifact is not among Gatun's dependencies. */
  LINUX_ARM64("linux-arm64", List.of("libgcc_s.so.1", "libgfortran.so.5", "libopenblas.so.0")),
  /** Untested: the artifact is not among Gatun's dependencies. */
  MACOS_ARM64(
      "macosx-arm64",
      List.of(
          "libgcc_s.1.1.dylib",
          "libquadmath.0.dylib",
          "libgfortran.5.dylib",
          "libopenblas.0.dylib"));

  private final String classifier;
  private final List<String> files;

  OpenBlasPlatform(String classifier, List<String> files) {
    this.classifier = classifier;
    this.files = files;
  }

  /** The row of the machine that {@code os.name} and {@code os.arch} describe. */
  static Optional<OpenBlasPlatform> of(String osName, String osArch) {
    var os = osName.toLowerCase(Locale.ROOT);
    var system = os.startsWith("mac") ? "macosx" : os.startsWith("linux") ? "linux" : os;
    var processor =
        switch (osArch) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm64";
          default -> osArch;
        };
    return Arrays.stream(values())
        .filter(platform -> platform.classifier.equals(system + "-" + processor))
        .findFirst();
  }

  /** The Maven classifier of the artifact. */
  String classifier() {
    return classifier;
  }

  /** The artifact that holds this platform's files, as a user would write it. */
  String artifact() {
    return "org.bytedeco:openblas, classifier " + classifier;
  }

  /** The file names, in load order. */
  List<String> files() {
    return files;
  }

  /** The folder of the files on the class path, with a slash at both ends. */
  String resourceFolder() {
    return "/org/bytedeco/openblas/" + classifier + "/";
  }
}
