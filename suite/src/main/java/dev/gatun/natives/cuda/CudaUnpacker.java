package dev.gatun.natives.cuda;

import dev.gatun.natives.CacheFolder;
import dev.gatun.natives.NativeArchive;
import dev.gatun.natives.UnusableLibraryException;
import dev.gatun.natives.cuda.CudaLibrary.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Unpacks the CUDA libraries that Gatun needs, and no others, from a redistributable jar of {@code
 * org.bytedeco:cuda} into Gatun's cache, where the search finds them. {@code make cuda-libraries}
 * runs it.
 */
public final class CudaUnpacker {
  private static final String VERSION = "META-INF/maven/org.bytedeco/cuda/pom.properties";

  private CudaUnpacker() {}

  /** Unpacks the jar that is the only argument. Exits with 2, after one line, if it cannot. */
  public static void main(String[] args) {
    try {
      var folder = unpack(Path.of(args[0]), CacheFolder.ofThisUser());
      System.out.println("CUDA libraries in " + folder + "; `gatun doctor` shows what is found");
    } catch (IOException | UnusableLibraryException e) {
      System.err.println("CUDA libraries: cannot unpack " + args[0] + ": " + e.getMessage());
      System.exit(2);
    }
  }

  /**
   * Unpacks what is not there yet.
   *
   * @param cache the folder of everything that Gatun unpacks
   * @return the folder of the libraries
   * @throws IOException if there is no such jar, or it lacks a library
   * @throws UnusableLibraryException if the cache cannot be used
   */
  static Path unpack(Path jar, Path cache) throws IOException, UnusableLibraryException {
    if (!Files.isRegularFile(jar)) {
      throw new IOException("there is no such file");
    }
    try (var zip = new ZipFile(jar.toFile())) {
      var entries = libraries(zip);
      var folder = CudaPlaces.cacheFolder(cache).resolve(version(zip));
      return new NativeArchive(
              folder,
              entries.keySet().stream().toList(),
              file -> zip.getInputStream(entries.get(file)))
          .unpack();
    }
  }

  /** The jar's entries by file name, of the newest release that is whole in it. */
  private static Map<String, ZipEntry> libraries(ZipFile zip) throws IOException {
    var inJar = new LinkedHashMap<String, ZipEntry>();
    zip.stream().forEach(entry -> inJar.put(fileName(entry), entry));
    var lacking = List.<String>of();
    for (var release : CudaRelease.values()) {
      var found = new LinkedHashMap<String, ZipEntry>();
      for (var library : needed()) {
        library.fileNames(release).stream()
            .filter(inJar::containsKey)
            .findFirst()
            .ifPresent(file -> found.put(file, inJar.get(file)));
      }
      lacking = lacking(found.keySet(), release);
      if (lacking.isEmpty()) {
        return found;
      }
    }
    throw new IOException("it lacks " + String.join(", ", lacking));
  }

  private static List<CudaLibrary> needed() {
    return CudaLibrary.ofToolkit().stream().filter(l -> l.role() != Role.OPTIONAL).toList();
  }

  private static List<String> lacking(Set<String> files, CudaRelease release) {
    return needed().stream()
        .filter(library -> library.fileNames(release).stream().noneMatch(files::contains))
        .map(library -> library.name(release))
        .toList();
  }

  private static String fileName(ZipEntry entry) {
    return entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
  }

  /** The artifact's version, which names the folder. */
  private static String version(ZipFile zip) throws IOException {
    var entry = zip.getEntry(VERSION);
    if (entry == null) {
      throw new IOException("it is no jar of org.bytedeco:cuda");
    }
    try (var stream = zip.getInputStream(entry)) {
      return NativeArchive.version(stream);
    }
  }
}
