package dev.gatun.natives;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Folders that no other user can write into. What lies in them is run as machine code; in any other
 * folder it could be anybody's.
 */
public final class PrivateFolder {
  private static final int OTHERS_CAN_WRITE = 022;
  private static final int STICKY = 01000;

  private PrivateFolder() {}

  /**
   * Creates a folder that is only this user's, with those above it.
   *
   * @param levels how many folders Gatun answers for: this one and those above it, up to the cache
   * @throws UnusableLibraryException if one of them is there, and others can write into it
   */
  static void create(Path folder, int levels) throws IOException, UnusableLibraryException {
    if (hasModes(folder)) {
      var owner = PosixFilePermissions.fromString("rwx------");
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(owner));
    } else {
      Files.createDirectories(folder);
    }
    var fault = fault(folder, levels);
    if (fault.isPresent()) {
      throw new UnusableLibraryException(fault.get());
    }
  }

  /**
   * Why a folder cannot be trusted, and how to fix it; empty if it can, or is not there. The
   * topmost folder at fault is named. A folder above this one may be open to others if it has the
   * sticky bit, as {@code /tmp} has: there nobody can rename or delete what belongs to another
   * user.
   *
   * @param levels how many folders Gatun answers for: this one and those above it, up to the cache
   */
  public static Optional<String> fault(Path folder, int levels) {
    Path leaf = folder.toAbsolutePath();
    var topmostFirst = new ArrayDeque<Path>();
    for (Path part = leaf; part != null && topmostFirst.size() < levels; part = part.getParent()) {
      topmostFirst.addFirst(part);
    }
    return topmostFirst.stream()
        .filter(part -> hasModes(part) && Files.exists(part))
        .flatMap(part -> fault(part, !part.equals(leaf)).stream())
        .findFirst();
  }

  private static Optional<String> fault(Path folder, boolean mayBeSticky) {
    try {
      if (!isTrusted(uid(folder))) {
        return Optional.of(
            "%s belongs to another user (%s), who could put anything there; set GATUN_CACHE to a folder of your own"
                .formatted(folder, Files.getOwner(folder)));
      }
      int mode = mode(folder);
      if ((mode & OTHERS_CAN_WRITE) != 0 && !(mayBeSticky && (mode & STICKY) != 0)) {
        return Optional.of(
            "other users can write into %s; run `chmod -R go-w %s`, or set GATUN_CACHE to a folder of your own"
                .formatted(folder, folder));
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(folder + " cannot be looked at: " + e);
    }
  }

  /** Whether a file is only this user's, or root's, to change. */
  static boolean holds(Path file) throws IOException {
    return !hasModes(file) || isTrusted(uid(file)) && (mode(file) & OTHERS_CAN_WRITE) == 0;
  }

  private static boolean isTrusted(int owner) throws IOException {
    return owner == 0
        || owner == user(Path.of("/proc/self"), Path.of(System.getProperty("user.home")));
  }

  /**
   * This user's number, which even a container without names has. The kernel shows a process that
   * may not be dumped as root's; then the owner of the user's home is asked.
   */
  static int user(Path process, Path home) throws IOException {
    int owner = Files.exists(process) ? uid(process) : 0;
    return owner == 0 && Files.exists(home) ? uid(home) : owner;
  }

  private static int uid(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:uid");
  }

  private static int mode(Path path) throws IOException {
    return (int) Files.getAttribute(path, "unix:mode");
  }

  private static boolean hasModes(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("unix");
  }
}
