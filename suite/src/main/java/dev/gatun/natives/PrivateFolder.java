package dev.gatun.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/**
 * Folders that no other user can write into. What lies in them is run as machine code; in any other
 * folder it could be anybody's.
 */
public final class PrivateFolder {
  private static final int OTHERS_CAN_WRITE = 022;
  private static final int ONLY_OWNERS_RENAME = 01000;

  /** Folders that are checked: that of a version, the one above it, and the cache itself. */
  private static final int LEVELS = 3;

  private PrivateFolder() {}

  /**
   * Creates a folder that is only this user's, with those above it.
   *
   * @throws UnsafeFolderException if it is there, and others can write into it
   */
  static void create(Path folder) throws IOException {
    if (hasModes(folder)) {
      var owner = PosixFilePermissions.fromString("rwx------");
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(owner));
    } else {
      Files.createDirectories(folder);
    }
    var fault = fault(folder);
    if (fault.isPresent()) {
      throw new UnsafeFolderException(fault.get());
    }
  }

  /**
   * Why a folder, if it is there, cannot be trusted, and how to fix it; empty if it can. A folder
   * above it in which users cannot rename what is another's, such as {@code /tmp}, is none to fear.
   */
  public static Optional<String> fault(Path folder) {
    Path part = folder.toAbsolutePath();
    for (int level = 0; level < LEVELS && part.getParent() != null; level++) {
      if (hasModes(part) && Files.exists(part)) {
        try {
          var fault = fault(part, level > 0);
          if (fault.isPresent()) {
            return fault;
          }
        } catch (IOException e) {
          return Optional.of(part + " cannot be looked at: " + e);
        }
      }
      part = part.getParent();
    }
    return Optional.empty();
  }

  private static Optional<String> fault(Path folder, boolean above) throws IOException {
    int owner = (int) Files.getAttribute(folder, "unix:uid");
    int mode = (int) Files.getAttribute(folder, "unix:mode");
    if (owner != 0 && owner != self()) {
      return Optional.of(
          "%s belongs to another user (%s), who could put anything there; set GATUN_CACHE to a folder of your own"
              .formatted(folder, Files.getOwner(folder)));
    }
    if ((mode & OTHERS_CAN_WRITE) != 0 && !(above && (mode & ONLY_OWNERS_RENAME) != 0)) {
      return Optional.of(
          "other users can write into %s; run `chmod go-w %s`, or set GATUN_CACHE to a folder of your own"
              .formatted(folder, folder));
    }
    return Optional.empty();
  }

  /** Whether a file is only this user's, or root's, to change. */
  static boolean holds(Path file) throws IOException {
    if (!hasModes(file)) {
      return true;
    }
    int owner = (int) Files.getAttribute(file, "unix:uid");
    int mode = (int) Files.getAttribute(file, "unix:mode");
    return (owner == 0 || owner == self()) && (mode & OTHERS_CAN_WRITE) == 0;
  }

  /** This user's number, which even a container without names has. */
  private static int self() throws IOException {
    Path process = Path.of("/proc/self");
    Path own = Files.exists(process) ? process : Path.of(System.getProperty("user.home"));
    return (int) Files.getAttribute(own, "unix:uid");
  }

  private static boolean hasModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }
}
