package dev.gatun.natives;

import java.nio.file.Path;
import java.util.List;

/** One step of the search for the CUDA toolkit's libraries: they are all taken from one place. */
sealed interface CudaPlace {
  /** Who named the place, such as an environment variable. */
  String source();

  /** The place itself, empty if there is none to name. */
  String location();

  /** A variable that names no place. */
  record Unset(String source) implements CudaPlace {
    @Override
    public String location() {
      return "";
    }
  }

  /**
   * A folder that is not looked into.
   *
   * @param fault why, and how to fix it
   */
  record Unsafe(String source, String location, String fault) implements CudaPlace {}

  /** Wherever the dynamic linker finds its names. */
  record Linker() implements CudaPlace {
    @Override
    public String source() {
      return "dynamic linker";
    }

    @Override
    public String location() {
      return "";
    }
  }

  /**
   * Some folders with a common root.
   *
   * @param folders where in it libraries may lie, in order
   * @param decides whether the user named it for Gatun, so that the search ends here either way
   */
  record Folders(String source, Path root, List<Path> folders, boolean decides)
      implements CudaPlace {
    private static final String JOINT_WHEEL = "cu\\d+";

    public Folders {
      folders = List.copyOf(folders);
    }

    @Override
    public String location() {
      return root.toString();
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
}
