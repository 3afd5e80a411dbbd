package dev.gatun.natives;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Where the CUDA libraries may be, in the order in which they are looked for: the folder that the
 * user names for Gatun, {@code CUDA_HOME}, {@code CUDA_PATH}, the dynamic linker, the usual
 * prefixes, the {@code nvidia} packages of the active Python environment, Gatun's own cache.
 *
 * @param environment environment variables by name
 * @param fileSystemRoot the folder that usual prefixes start from
 * @param cache the folder of everything that Gatun unpacks
 */
record CudaPlaces(UnaryOperator<String> environment, Path fileSystemRoot, Path cache) {
  static final String OPTION = "--cuda-libraries";
  static final String VARIABLE = "GATUN_CUDA";

  private static final List<String> TOOLKIT_FOLDERS =
      List.of("", "lib64", "lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib");
  private static final List<String> DRIVER_FOLDERS =
      List.of(
          "usr/lib/x86_64-linux-gnu",
          "usr/lib/aarch64-linux-gnu",
          "usr/lib64",
          "usr/lib/wsl/lib",
          "run/opengl-driver/lib");

  /** The places of this machine. */
  static CudaPlaces ofThisMachine() {
    return new CudaPlaces(System::getenv, Path.of("/"), CacheFolder.ofThisUser());
  }

  /**
   * The folder in Gatun's cache that {@code make cuda-libraries} fills, one subfolder a version.
   */
  static Path cacheFolder(Path cache) {
    return cache.resolve("cuda");
  }

  /**
   * Where the toolkit's libraries may be.
   *
   * @param option the folder given with {@link #OPTION}, which goes before {@link #VARIABLE}
   */
  List<CudaPlace> ofToolkit(Optional<Path> option) {
    var places = new ArrayList<CudaPlace>();
    places.add(named(option));
    places.add(variable("CUDA_HOME"));
    places.add(variable("CUDA_PATH"));
    places.add(new CudaPlace.Linker());
    places.addAll(prefixes());
    places.add(pythonEnvironment("VIRTUAL_ENV"));
    places.add(pythonEnvironment("CONDA_PREFIX"));
    places.addAll(cached());
    return places;
  }

  /** The folder that the user named for Gatun, if any, with any of the layouts of CUDA in it. */
  CudaPlace named(Optional<Path> option) {
    var folder = option.or(() -> set(VARIABLE));
    if (folder.isEmpty()) {
      return new CudaPlace.Unset(VARIABLE);
    }
    var root = folder.get().toAbsolutePath().normalize();
    var folders = new ArrayList<>(within(root));
    folders.addAll(wheels(root));
    return new CudaPlace.Folders(option.isPresent() ? OPTION : VARIABLE, root, folders, true);
  }

  /** Where drivers put {@code libcuda.so.1}, beside the folders that the linker searches. */
  List<Path> ofDriver() {
    return DRIVER_FOLDERS.stream().map(fileSystemRoot::resolve).toList();
  }

  private CudaPlace variable(String name) {
    return set(name)
        .map(Path::toAbsolutePath)
        .<CudaPlace>map(root -> new CudaPlace.Folders(name, root, within(root), false))
        .orElseGet(() -> new CudaPlace.Unset(name));
  }

  /** {@code /usr/local/cuda*} and {@code /opt/cuda*}: the one without a version first. */
  private List<CudaPlace> prefixes() {
    return Stream.of("usr/local", "opt")
        .map(fileSystemRoot::resolve)
        .flatMap(parent ->
            children(parent, "cuda*").stream()
                .sorted(
                    Comparator.comparing((Path prefix) -> !prefix.endsWith("cuda"))
                        .thenComparing(Comparator.reverseOrder())))
        .<CudaPlace>map(
            prefix -> new CudaPlace.Folders("usual prefix", prefix, within(prefix), false))
        .toList();
  }

  /** pip's packages by NVIDIA; conda's lie in the environment's own {@code lib}. */
  private CudaPlace pythonEnvironment(String name) {
    var root = set(name).map(Path::toAbsolutePath);
    if (root.isEmpty()) {
      return new CudaPlace.Unset(name);
    }
    var folders = new ArrayList<Path>();
    folders.add(root.get().resolve("lib"));
    for (var python : children(root.get().resolve("lib"), "python3*")) {
      folders.addAll(wheels(python.resolve("site-packages/nvidia")));
    }
    return new CudaPlace.Folders(name, root.get(), folders, false);
  }

  private List<CudaPlace> cached() {
    var folder = cacheFolder(cache);
    var versions = children(folder, "*").stream().sorted(Comparator.reverseOrder()).toList();
    var source = "Gatun's cache, by `make cuda-libraries`";
    return (versions.isEmpty() ? List.of(folder) : versions)
        .stream()
            .<CudaPlace>map(version ->
                PrivateFolder.fault(version)
                    .<CudaPlace>map(
                        fault -> new CudaPlace.Unsafe(source, version.toString(), fault))
                    .orElseGet(
                        () -> new CudaPlace.Folders(source, version, List.of(version), false)))
            .toList();
  }

  private static List<Path> within(Path toolkit) {
    return TOOLKIT_FOLDERS.stream().map(toolkit::resolve).toList();
  }

  /** {@code <package>/lib} of each of NVIDIA's packages. */
  private static List<Path> wheels(Path packages) {
    return children(packages, "*").stream()
        .map(wheel -> wheel.resolve("lib"))
        .filter(Files::isDirectory)
        .toList();
  }

  private Optional<Path> set(String variable) {
    return Optional.ofNullable(environment.apply(variable))
        .filter(value -> !value.isBlank())
        .map(Path::of);
  }

  /** The subfolders of {@code folder} with such a name, sorted; none if there is no such folder. */
  private static List<Path> children(Path folder, String glob) {
    if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
      return List.of();
    }
    try (var entries = Files.newDirectoryStream(folder, glob)) {
      var children = new ArrayList<Path>();
      entries.forEach(children::add);
      return children.stream().filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look into " + folder, e);
    }
  }
}
