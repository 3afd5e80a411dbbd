package dev.gatun.bindings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The provenance files: the checksums of every argument file and every generated file. */
final class Provenance {
  private static final Pattern CHECKSUM = Pattern.compile("([0-9a-f]{64}) {2}(.+)");

  private Provenance() {}

  /** What is wrong with the files in a copy of this module: one line each, none if all is well. */
  static List<String> problems(Path module) throws IOException {
    var recorded = new TreeMap<String, String>();
    for (var file : files(module, "provenance")) {
      for (var line : Files.readAllLines(module.resolve(file))) {
        var matcher = CHECKSUM.matcher(line);
        if (matcher.matches()) {
          recorded.put(matcher.group(2), matcher.group(1));
        }
      }
    }
    var problems = new ArrayList<String>();
    var present = new TreeSet<String>();
    present.addAll(files(module, "arguments"));
    present.addAll(files(module, "src/main/java"));
    for (var file : present) {
      var expected = recorded.remove(file);
      if (expected == null) {
        problems.add(file + " is in no provenance file");
      } else if (!expected.equals(checksum(module.resolve(file)))) {
        problems.add(file + " was changed after it was generated or used");
      }
    }
    recorded.keySet().forEach(file -> problems.add(file + " is missing"));
    return problems;
  }

  private static List<String> files(Path module, String folder) throws IOException {
    try (var files = Files.walk(module.resolve(folder))) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> module.relativize(file).toString().replace('\\', '/'))
          .sorted()
          .toList();
    }
  }

  private static String checksum(Path file) throws IOException {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
