package dev.gatun.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.bundle.ContractFiles;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A bundle has no folder of tests beside it: what the contract needs is packed or missing. */
class ContractClassesTest {
  private static final Path TESTS = Path.of("target", "test-classes");

  /** Names of classes, as code, descriptors and annotations write them. */
  private static final Pattern NAME = Pattern.compile("dev[/.]gatun[/.][\\w$/.]+");

  @Test
  void aBundleHasEveryClassThatTheContractRefersTo() throws IOException {
    List<String> tests =
        Stream.concat(Contract.testsOnCpu().stream(), Contract.testsOnCuda().stream()).toList();
    Map<Path, Path> references = references(tests.stream().map(ContractClassesTest::file).toList());
    assertTrue(references.containsKey(file("dev.gatun.backend.BackendContractTest")));

    var packed = new TreeSet<>(ContractFiles.packed(TESTS));
    var missing = new TreeMap<>(references);
    missing.keySet().removeAll(packed);
    assertEquals(Map.of(), missing, "classes that ContractFiles lacks, and where each is named");
  }

  /** The compiled tests that these refer to, directly or not, and a class that names each. */
  private static Map<Path, Path> references(List<Path> roots) throws IOException {
    Map<Path, Path> found = new TreeMap<>();
    roots.forEach(root -> found.put(root, root));
    Deque<Path> open = new ArrayDeque<>(roots);
    while (!open.isEmpty()) {
      Path referring = open.pop();
      for (Path file : named(referring)) {
        if (Files.exists(file) && found.putIfAbsent(file, referring) == null) {
          open.push(file);
        }
      }
    }
    return found;
  }

  private static List<Path> named(Path file) throws IOException {
    List<Path> files = new ArrayList<>();
    for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
      if (entry instanceof Utf8Entry text) {
        NAME.matcher(text.stringValue())
            .results()
            .map(MatchResult::group)
            .map(ContractClassesTest::file)
            .forEach(files::add);
      }
    }
    return files;
  }

  private static Path file(String name) {
    return TESTS.resolve(name.replace('.', '/') + ".class");
  }
}
