package dev.gatun.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.gatun.backend.Backend;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * No operation of the CPU backend allocates on the Java heap for its elements, nor does a training
 * step, once compiled; with vectors of 256 bits and with the widest that the processor has.
 */
class AllocationIT {
  @ParameterizedTest
  @ValueSource(strings = {"-XX:UseAVX=2", "-XX:UseAVX=3"})
  void onlyCallsAllocate(String vectors) throws IOException, InterruptedException {
    List<String> allocating = allocating(vectors);
    // A compiler that other tests leave little time may inline otherwise; a leak is always there.
    for (int again = 0; again < 2 && !allocating.isEmpty(); again++) {
      allocating.retainAll(allocating(vectors));
    }
    assertEquals(List.of(), allocating, "allocate on the heap in three processes");
  }

  /** The operations that allocate too much, all of them having run. */
  private static List<String> allocating(String vectors) throws IOException, InterruptedException {
    Set<String> wanted = operations();
    List<String> output = run(vectors);
    List<String> allocating = new ArrayList<>();
    for (String line : output) {
      String operation = line.split(" ")[0];
      if (line.endsWith(" too much")) {
        System.out.println("allocation: " + line);
        allocating.add(operation);
      }
      wanted.remove(operation);
    }
    assertEquals(Set.of(), wanted, () -> "not run: " + output);
    return allocating;
  }

  /** What every JVM of the build is told about compilation, the launchers tell as well. */
  @ParameterizedTest
  @ValueSource(strings = {"src/dist/bin/gatun", "src/test/resources/dev/gatun/bundle/benchmarks"})
  void launchersCompileAsTheBuildDoes(Path launcher) throws IOException {
    String text = Files.readString(launcher);
    List<String> commands = flags("-XX:CompileCommand");
    assertFalse(commands.isEmpty());
    commands.forEach(command -> assertTrue(text.contains(command), command));
  }

  /** The operations on tensors, and the whole step; what is copied out to Java is left out. */
  private static Set<String> operations() {
    JavaClass backend = new ClassFileImporter().importClasses(Backend.class).get(Backend.class);
    Set<String> names =
        backend.getMethods().stream()
            .filter(method -> !method.getRawReturnType().isArray())
            .filter(method -> !method.getRawReturnType().isEquivalentTo(Supplier.class))
            .filter(AllocationIT::takesATensor)
            .map(JavaMethod::getName)
            .collect(Collectors.toSet());
    names.add("trainingStep");
    return names;
  }

  private static boolean takesATensor(JavaMethod method) {
    return method.getRawParameterTypes().stream()
        .anyMatch(type -> type.isEquivalentTo(Tensor.class));
  }

  private static List<String> flags(String start) {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith(start))
        .toList();
  }

  /** What {@link AllocationMain} prints in a JVM with this one's flags and some more. */
  private static List<String> run(String vectors) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags("--"));
    command.addAll(flags("-XX:"));
    // Hot early, so that the test is short.
    command.addAll(List.of("-XX:CompileThresholdScaling=0.1", "-XX:+IgnoreUnrecognizedVMOptions"));
    command.addAll(List.of(vectors, "-cp", System.getProperty("java.class.path")));
    command.add(AllocationMain.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var output = process.inputReader()) {
      List<String> lines = output.lines().toList();
      assertEquals(0, process.waitFor(), () -> String.join("\n", lines));
      return lines;
    }
  }
}
