package dev.gatun.bundle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import joptsimple.OptionParser;
import org.apache.commons.math3.distribution.TDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.platform.commons.JUnitException;
import org.junit.platform.engine.TestEngine;
import org.junit.platform.launcher.Launcher;
import org.openjdk.jmh.runner.Runner;
import org.opentest4j.AssertionFailedError;

/**
 * The folder {@code contract} of a bundle: what {@code gatun selftest} tests a backend with, and
 * what {@code bin/benchmarks} measures it with.
 */
public final class ContractFiles {
  /** The compiled tests that the contract is made of, and the benchmarks. */
  private static final List<String> TESTS =
      List.of(
          "META-INF/BenchmarkList",
          "META-INF/CompilerHints",
          "dev/gatun/backend",
          "dev/gatun/bench",
          "dev/gatun/bundle",
          "dev/gatun/data",
          "dev/gatun/model",
          "dev/gatun/natives/ForkedJvm.class",
          "dev/gatun/safetensors",
          "dev/gatun/tensor",
          "dev/gatun/train",
          "fixtures",
          "junit-platform.properties");

  /** A class of each jar of JUnit and of JMH. */
  private static final List<Class<?>> LIBRARIES =
      List.of(
          Test.class,
          ParameterizedTest.class,
          JupiterTestEngine.class,
          JUnitException.class,
          TestEngine.class,
          Launcher.class,
          AssertionFailedError.class,
          Runner.class,
          OptionParser.class,
          TDistribution.class);

  private ContractFiles() {}

  static void copy(Path tests, Path reference, Path contract) throws IOException {
    copy(tests, packed(tests), contract.resolve("classes"));
    copy(reference, filesOf(reference), contract.resolve("reference"));
    Path libraries = Files.createDirectories(contract.resolve("lib"));
    for (Class<?> type : LIBRARIES) {
      Path jar = Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
      PlainJar.copy(jar, libraries.resolve(jar.getFileName()), true);
    }
  }

  /**
   * What a bundle takes of the compiled tests.
   *
   * @param tests their folder
   */
  public static List<Path> packed(Path tests) throws IOException {
    List<Path> files = new ArrayList<>();
    for (String part : TESTS) {
      files.addAll(filesOf(tests.resolve(part)));
    }
    return files;
  }

  /** The files of a tree, or the file itself. */
  private static List<Path> filesOf(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void copy(Path root, List<Path> files, Path to) throws IOException {
    for (Path file : files) {
      Path target = to.resolve(root.relativize(file).toString());
      Files.createDirectories(target.getParent());
      Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
    }
  }
}
