package dev.gatun.natives.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaUnpackerTest {
  private static final String LIBRARIES = "org/bytedeco/cuda/linux-x86_64/";
  private static final List<String> NEEDED =
      List.of(
          "libcublas.so.12",
          "libcublasLt.so.12",
          "libcusolver.so.11",
          "libcusparse.so.12",
          "libnvJitLink.so.12",
          "libnvrtc-builtins.so.12.6",
          "libnvrtc.so.12");

  @TempDir Path folder;

  @Test
  void justWhatIsNeededIsUnpackedWhereTheSearchLooks() throws Exception {
    var files = new ArrayList<>(NEEDED);
    files.addAll(List.of("libcudnn.so.9", "libcudart.so.12", "libnccl.so.2", "libnvblas.so.12"));
    var unpacked = CudaUnpacker.unpack(jar(files), folder.resolve("cache"));
    assertEquals(folder.resolve("cache/cuda/12.6-9.5-1.5.11"), unpacked);
    var present = new TreeSet<String>();
    try (var libraries = Files.newDirectoryStream(unpacked, "lib*")) {
      libraries.forEach(library -> present.add(library.getFileName().toString()));
    }
    assertEquals(new TreeSet<>(NEEDED), present);
    assertEquals("libnvrtc.so.12", Files.readString(unpacked.resolve("libnvrtc.so.12")));
  }

  @Test
  void aJarThatLacksALibraryIsRefusedWithItsName() throws IOException {
    var jar = jar(NEEDED.stream().filter(file -> !file.contains("cusparse")).toList());
    var e = assertThrows(IOException.class, () -> CudaUnpacker.unpack(jar, folder));
    assertEquals("it lacks libcusparse.so.12", e.getMessage());
  }

  @Test
  void aJarThatIsNotThereIsNamedAsAbsent() {
    var absent = folder.resolve("absent.jar");
    var e = assertThrows(IOException.class, () -> CudaUnpacker.unpack(absent, folder));
    assertEquals("there is no such file", e.getMessage());
  }

  private Path jar(List<String> files) throws IOException {
    var jar = folder.resolve("cuda.jar");
    try (var zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      zip.putNextEntry(new ZipEntry("META-INF/maven/org.bytedeco/cuda/pom.properties"));
      zip.write("version=12.6-9.5-1.5.11\n".getBytes(StandardCharsets.UTF_8));
      for (var file : files) {
        zip.putNextEntry(new ZipEntry(LIBRARIES + file));
        zip.write(file.getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }
}
