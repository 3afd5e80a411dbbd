package dev.gatun.natives.cuda;

import dev.gatun.natives.CacheFolder;
import dev.gatun.natives.PrivateFolder;
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
  /**
   * One step of the search for the toolkit's libraries: they are all taken from one place.
   *
   * @param source who named the place, such as an environment variable
   * @param location the place itself, empty if there is none to name
   * @param folders where in it libraries may lie, in order; none where the dynamic linker looks
   * @param decides whether the user named it for Gatun, so that the search ends here either way
   * @param fault why it is not looked into, and how to fix it; empty if it is
   */
  record Place(String source, String location, List<Path> folders, boolean decides, String fault) {
    /** Wherever the dynamic linker finds its names. */
    static final Place LINKER = new Place("dynamic linker", "", List.of(), false, "");

    private static final String JOINT_WHEEL = "cu\\d+";

    static Place of(String source, Path root, List<Path> folders) {
      return new Place(source, root.toString(), List.copyOf(folders), false, "");
    }

    static Place unset(String variable) {
      return new Place(variable, "", List.of(), false, "not set");
    }

    /**
     * The folders that may hold libraries of {@code release}. Wheels of CUDA 13 and newer share a
     * folder named by the release, such as {@code nvidia/cu13/lib}; every other folder may be of
     * any release.
     */
    List<Path> foldersOf(CudaRelease release) {
      return folders.stream().filter(folder -> !isOfAnother(release, folder)).toList();
    }

    private static boolean isOfAnother(CudaRelease release, Path folder) {
      var wheel = folder.getParent() == null ? null : folder.getParent().getFileName();
      return wheel != null
          && wheel.toString().matches(JOINT_WHEEL)
          && !wheel.toString().equals("cu" + release.major());
    }
  }

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
  List<Place> ofToolkit(Optional<Path> option) {
    var places = new ArrayList<Place>();
    places.add(named(option));
    places.add(variable("CUDA_HOME"));
    places.add(variable("CUDA_PATH"));
    places.add(Place.LINKER);
    places.addAll(prefixes());
    places.add(pythonEnvironment("VIRTUAL_ENV"));
    places.add(pythonEnvironment("CONDA_PREFIX"));
    places.addAll(cached());
    return places;
  }

  /** The folder that the user named for Gatun, if any, with any of the layouts of CUDA in it. */
  Place named(Optional<Path> option) {
    var folder = option.or(() -> set(VARIABLE));
    if (folder.isEmpty()) {
      return Place.unset(VARIABLE);
    }
    var root = folder.get().toAbsolutePath().normalize();
    var folders = new ArrayList<>(within(root));
    folders.addAll(wheels(root));
    var source = option.isPresent() ? OPTION : VARIABLE;
    return new Place(source, root.toString(), folders, true, "");
  }

  /** Where drivers put {@code libcuda.so.1}, beside the folders that the linker searches. */
  List<Path> ofDriver() {
    return DRIVER_FOLDERS.stream().map(fileSystemRoot::resolve).toList();
  }

  private Place variable(String name) {
    return set(name)
        .map(Path::toAbsolutePath)
        .map(root -> Place.of(name, root, within(root)))
        .orElseGet(() -> Place.unset(name));
  }

  /** {@code /usr/local/cuda*} and {@code /opt/cuda*}: the one without a version first. */
  private List<Place> prefixes() {
    return Stream.of("usr/local", "opt")
        .map(fileSystemRoot::resolve)
        .flatMap(parent ->
            children(parent, "cuda*").stream()
                .sorted(
                    Comparator.comparing((Path prefix) -> !prefix.endsWith("cuda"))
                        .thenComparing(Comparator.reverseOrder())))
        .map(prefix -> Place.of("usual prefix", prefix, within(prefix)))
        .toList();
  }

  /** pip's packages by NVIDIA; conda's lie where a toolkit's would, from the environment on. */
  private Place pythonEnvironment(String name) {
    var root = set(name).map(Path::toAbsolutePath);
    if (root.isEmpty()) {
      return Place.unset(name);
    }
    var folders = new ArrayList<>(within(root.get()));
    for (var python : children(root.get().resolve("lib"), "python3*")) {
      folders.addAll(wheels(python.resolve("site-packages/nvidia")));
    }
    return Place.of(name, root.get(), folders);
  }

  /** The versions in Gatun's cache; the folder above them where there is none. */
  private List<Place> cached() {
    var folder = cacheFolder(cache);
    var versions = children(folder, "*").stream().sorted(Comparator.reverseOrder()).toList();
    return versions.isEmpty()
        ? List.of(cached(folder, 2))
        : versions.stream().map(version -> cached(version, 3)).toList();
  }

  /** A folder that is looked into if it and those above it, up to the cache, are private. */
  private static Place cached(Path folder, int levels) {
    var source = "Gatun's cache, by `make cuda-libraries`";
    var fault = PrivateFolder.fault(folder, levels).orElse("");
    return new Place(source, folder.toString(), List.of(folder), false, fault);
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
