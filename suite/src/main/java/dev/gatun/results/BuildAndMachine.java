package dev.gatun.results;

import dev.gatun.io.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;

/** What Gatun was built from, and what it runs on. */
final class BuildAndMachine {
  private static final String UNKNOWN = "unknown";

  private BuildAndMachine() {}

  static Map<String, String> entries() {
    Properties version = resource("version.properties");
    // Written by the build where there is a git checkout; see suite/pom.xml.
    Properties git = resource("git.properties");
    Map<String, String> entries = new LinkedHashMap<>();
    entries.put(Provenance.GATUN_VERSION, version.getProperty("version", UNKNOWN));
    entries.put(Provenance.GIT_COMMIT, git.getProperty("commit", UNKNOWN));
    entries.put(Provenance.GIT_DIRTY, git.getProperty("dirty", UNKNOWN));
    entries.put(
        Provenance.JDK,
        System.getProperty("java.vm.name")
            + " "
            + Runtime.version()
            + ", "
            + System.getProperty("java.vendor"));
    entries.put(Provenance.CPU, cpuName(Path.of("/proc/cpuinfo")));
    entries.put(
        Provenance.OS,
        "%s %s, %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
    entries.put(Provenance.HOST, Host.name());
    return entries;
  }

  /** The processor's name where Linux or Windows tells it, else its architecture. */
  static String cpuName(Path cpuinfo) {
    if (Files.isReadable(cpuinfo)) {
      try (var lines = Files.lines(cpuinfo)) {
        var name =
            lines
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
        if (name.isPresent()) {
          return name.get();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + cpuinfo, e);
      }
    }
    String windows = System.getenv("PROCESSOR_IDENTIFIER");
    return windows == null ? System.getProperty("os.arch") : windows;
  }

  private static Properties resource(String name) {
    Properties properties = new Properties();
    try (var stream = BuildAndMachine.class.getResourceAsStream(name)) {
      if (stream != null) {
        properties.load(stream);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the resource " + name, e);
    }
    return properties;
  }
}
