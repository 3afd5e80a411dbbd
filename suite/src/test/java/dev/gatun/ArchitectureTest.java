package dev.gatun;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.gatun.backend.Backend;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may call whom: a reader who opens one package can say what it may touch. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.gatun");

  private static final String JACKSON = "tools.jackson..";
  private static final String JACKSON_ANNOTATIONS = "com.fasterxml.jackson.annotation..";

  /** The JDK's own module jdk.management: how much memory the machine has. */
  private static final String MACHINE_MEMORY = "com.sun.management..";

  /** Rooms whose maps and sets come into files, or into what is printed as JSON. */
  private static final String[] WRITING = {
    "dev.gatun.io..",
    "dev.gatun.results..",
    "dev.gatun.report..",
    "dev.gatun.cli..",
    "dev.gatun.bench..",
    "dev.gatun.claims..",
    "dev.gatun.experiment..",
    "dev.gatun.measure..",
    "dev.gatun.train..",
    "dev.gatun.model..",
    "dev.gatun.safetensors.."
  };

  /** A package, and what it may touch beside itself and the JDK. */
  private record Room(String name, String... mayTouch) {}

  private static final List<Room> ROOMS =
      List.of(
          new Room("dev.gatun.bindings.."),
          new Room("dev.gatun.io..", "org.apache.commons.text..", JACKSON),
          new Room("dev.gatun.tensor.."),
          new Room("dev.gatun.facts..", "dev.gatun.io..", JACKSON, JACKSON_ANNOTATIONS),
          new Room("dev.gatun.natives"),
          new Room("dev.gatun.natives.blas", "dev.gatun.natives", "dev.gatun.bindings.openblas.."),
          new Room("dev.gatun.natives.cuda", "dev.gatun.natives", "dev.gatun.bindings.."),
          new Room("dev.gatun.natives.tokenizers", "dev.gatun.natives"),
          new Room("dev.gatun.backend", "dev.gatun.tensor.."),
          new Room(
              "dev.gatun.backend.cpu..",
              "dev.gatun.backend",
              "dev.gatun.tensor..",
              "dev.gatun.natives",
              "dev.gatun.natives.blas",
              "dev.gatun.bindings.openblas..",
              MACHINE_MEMORY),
          new Room(
              "dev.gatun.backend.cuda..",
              "dev.gatun.backend",
              "dev.gatun.tensor..",
              "dev.gatun.io..",
              "dev.gatun.natives",
              "dev.gatun.natives.cuda",
              "dev.gatun.bindings.."),
          new Room(
              "dev.gatun.data..",
              "dev.gatun.natives",
              "dev.gatun.natives.tokenizers",
              "dev.gatun.tensor..",
              "dev.gatun.io..",
              "com.knuddels.jtokkit..",
              "ai.djl.huggingface.tokenizers.jni.."),
          new Room(
              "dev.gatun.safetensors..",
              "dev.gatun.backend",
              "dev.gatun.tensor..",
              "dev.gatun.io..",
              JACKSON),
          // A checkpoint fills a model, and a model ends in a head: none of them looks back up.
          new Room(
              "dev.gatun.model.head",
              "dev.gatun.backend",
              "dev.gatun.tensor..",
              JACKSON_ANNOTATIONS),
          new Room(
              "dev.gatun.model",
              "dev.gatun.model.head",
              "dev.gatun.backend",
              "dev.gatun.tensor..",
              JACKSON_ANNOTATIONS),
          new Room(
              "dev.gatun.model.checkpoint..",
              "dev.gatun.model",
              "dev.gatun.model.head",
              "dev.gatun.safetensors..",
              "dev.gatun.backend",
              "dev.gatun.tensor..",
              "dev.gatun.io..",
              JACKSON,
              JACKSON_ANNOTATIONS),
          new Room(
              "dev.gatun.train..",
              "dev.gatun.model..",
              "dev.gatun.safetensors..",
              "dev.gatun.data..",
              "dev.gatun.backend",
              "dev.gatun.tensor..",
              "dev.gatun.io..",
              JACKSON,
              JACKSON_ANNOTATIONS),
          new Room(
              "dev.gatun.bench..",
              "dev.gatun.train..",
              "dev.gatun.model..",
              "dev.gatun.safetensors..",
              "dev.gatun.data..",
              "dev.gatun.backend",
              "dev.gatun.backend.cpu",
              "dev.gatun.tensor..",
              "dev.gatun.io..",
              JACKSON),
          new Room("dev.gatun.selftest..", "dev.gatun.io..", JACKSON, JACKSON_ANNOTATIONS),
          new Room("dev.gatun.spectrum..", "dev.gatun.backend", "dev.gatun.tensor.."),
          new Room(
              "dev.gatun.results..",
              "dev.gatun.io..",
              "org.apache.arrow..",
              "org.apache.commons.statistics..",
              JACKSON),
          new Room(
              "dev.gatun.measure..",
              "dev.gatun.spectrum..",
              "dev.gatun.data..",
              "dev.gatun.model..",
              "dev.gatun.safetensors..",
              "dev.gatun.backend",
              "dev.gatun.tensor..",
              "dev.gatun.results",
              "dev.gatun.io.."),
          new Room(
              "dev.gatun.api..",
              "dev.gatun.measure..",
              "dev.gatun.data..",
              "dev.gatun.backend",
              "dev.gatun.backend.cpu",
              "dev.gatun.results",
              "dev.gatun.io.."),
          new Room(
              "dev.gatun.experiment..",
              "dev.gatun.train..",
              "dev.gatun.data..",
              "dev.gatun.model",
              "dev.gatun.model.head",
              "dev.gatun.backend",
              "dev.gatun.tensor..",
              "dev.gatun.results..",
              "dev.gatun.io..",
              JACKSON,
              JACKSON_ANNOTATIONS),
          experiment("bottleneck"),
          experiment("checkpoint"),
          experiment("signal"),
          experiment("spamlang"),
          experiment("heads"),
          experiment("ngram"),
          experiment("saturation"),
          experiment("frozen"),
          experiment("theorem"),
          new Room("dev.gatun.claims", "dev.gatun.claims..", "dev.gatun.experiment.."),
          new Room(
              "dev.gatun.report..",
              "dev.gatun.results..",
              "dev.gatun.facts..",
              "dev.gatun.io..",
              "org.jfree..",
              "gg.jte..",
              JACKSON));

  /** The claims that read one experiment know nothing of other claims. */
  private static Room experiment(String name) {
    return new Room(
        "dev.gatun.claims." + name,
        "dev.gatun.experiment..",
        "dev.gatun.measure..",
        "dev.gatun.train..",
        "dev.gatun.spectrum..",
        "dev.gatun.data..",
        "dev.gatun.model..",
        "dev.gatun.backend",
        "dev.gatun.tensor..",
        "dev.gatun.results..",
        "dev.gatun.facts..",
        "dev.gatun.io..",
        JACKSON);
  }

  @TestFactory
  Stream<DynamicTest> eachRoomTouchesOnlyWhatItMay() {
    return ROOMS.stream()
        .map(room -> DynamicTest.dynamicTest(room.name(), () -> checkDependencies(room)));
  }

  private static void checkDependencies(Room room) {
    var allowed = new ArrayList<>(List.of(room.mayTouch()));
    allowed.add(room.name());
    allowed.addAll(List.of("java..", "javax..", "jdk.incubator.vector.."));
    classes()
        .that()
        .resideInAPackage(room.name())
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(allowed.toArray(String[]::new))
        .check(CLASSES);
  }

  /**
   * Collections of the JDK whose order differs between two processes, or would if their elements
   * had no hash of their own. {@code dev.gatun.io.Ordered} and the linked ones keep theirs.
   */
  private static boolean hasNoOrder(JavaAccess<?> access) {
    String owner = access.getTargetOwner().getName();
    String name = access.getTarget().getName();
    int parameters =
        access.getTarget() instanceof CodeUnitAccessTarget target
            ? target.getRawParameterTypes().size()
            : 0;
    return switch (owner) {
      case "java.util.Map" ->
          name.equals("of") && parameters > 2 || List.of("ofEntries", "copyOf").contains(name);
      case "java.util.Set" -> name.equals("of") && parameters > 0 || name.equals("copyOf");
      case "java.util.stream.Collectors" ->
          List.of("toSet", "toUnmodifiableSet", "toUnmodifiableMap").contains(name)
              || name.equals("toMap") && parameters < 4
              || name.equals("groupingBy") && parameters < 3;
      case "java.util.HashMap", "java.util.HashSet" ->
          List.of("<init>", "newHashMap", "newHashSet").contains(name);
      default -> false;
    };
  }

  @Test
  void roomsThatWriteHaveNoCollectionsWithoutAnOrder() {
    noClasses()
        .that()
        .resideInAnyPackage(WRITING)
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe(
                "makes a map or set whose order is another in each process",
                ArchitectureTest::hasNoOrder))
        .check(CLASSES);
  }

  @Test
  void jsonIsWrittenInOneWay() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.gatun.io")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "writes JSON",
                call ->
                    call.getTargetOwner().getPackageName().startsWith("tools.jackson")
                        && call.getName().startsWith("writeValue")))
        .check(CLASSES);
  }

  @Test
  void endsOfTheProcessAreAwaitedInOneWay() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.gatun.io")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "registers with the JVM, which fails where a signal has come already",
                call ->
                    call.getTargetOwner().getName().equals("java.lang.Runtime")
                        && call.getName().equals("addShutdownHook")))
        .check(CLASSES);
  }

  @Test
  void vectorsArePassedOnlyToMethodsThatAreInlinedByCommand() {
    noMethods()
        .that(
            DescribedPredicate.describe(
                "take or return a vector",
                method ->
                    Stream.concat(
                            method.getRawParameterTypes().stream(),
                            Stream.of(method.getRawReturnType()))
                        .anyMatch(type -> type.getPackageName().equals("jdk.incubator.vector"))))
        .should()
        .beDeclaredInClassesThat()
        .haveSimpleNameNotEndingWith("Lanes")
        .check(CLASSES);
  }

  @Test
  void arenasThatOutliveACallAreCounted() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.gatun.bindings..", "dev.gatun.tensor")
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "makes an arena that `Holding` does not know",
                call ->
                    call.getTargetOwner().getName().equals("java.lang.foreign.Arena")
                        && List.of("ofShared", "ofAuto", "global").contains(call.getName())))
        .check(CLASSES);
  }

  /** A scope is a resource of a try statement or in a stack, or nothing follows that may fail. */
  @Test
  void scopesAreClosedWhereWhatFollowsFails() throws IOException {
    Pattern opening = Pattern.compile("[\\w.()]+\\.newScope\\(\\)(;\\s*})?");
    var left = new ArrayList<String>();
    try (Stream<Path> files = Files.walk(Path.of("src", "main", "java"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String text = Files.readString(file);
        Matcher found = opening.matcher(text);
        while (found.find()) {
          if (!found.group().contains(".own(")
              && found.group(1) == null
              && !isAResource(text.substring(0, found.start()))
              && !file.endsWith(Path.of("backend", "Backend.java"))) {
            left.add(file + ": " + found.group());
          }
        }
      }
    }
    Assertions.assertEquals(List.of(), left, "opened, and not closed by a failure: use CloseStack");
  }

  /** Whether a text ends within the parentheses of a try statement. */
  private static boolean isAResource(String text) {
    int open = 0;
    int first = text.lastIndexOf("try (");
    for (char c : text.substring(Math.max(first, 0)).toCharArray()) {
      open += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (c == ')' && open == 0) {
        return false;
      }
    }
    return first >= 0;
  }

  @Test
  void ofADeviceOnlyItsFactorySeesTheBackend() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.gatun.backend.cpu..", "dev.gatun.backend.cuda..")
        .and()
        .haveSimpleNameNotEndingWith("Backend")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(Backend.class)
        .check(CLASSES);
  }

  @Test
  void partsAreSeenByTheBackendAndItsDevicesAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.gatun.backend..")
        .should()
        .dependOnClassesThat()
        .haveNameMatching(Parts.class.getName() + ".*")
        .check(CLASSES);
  }

  @Test
  void everyOperationIsCheckedBeforeADeviceSeesIt() {
    for (JavaMethod operation : CLASSES.get(Backend.class).getMethods()) {
      boolean takesTensors =
          operation.getRawParameterTypes().stream().anyMatch(t -> t.isEquivalentTo(Tensor.class));
      boolean givesAResult = !operation.getRawReturnType().isEquivalentTo(void.class);
      if (takesTensors) {
        assertCalls(operation, "dev.gatun.backend.OperandChecks", "checks its operands");
      }
      if (takesTensors && givesAResult) {
        assertCalls(operation, "dev.gatun.backend.RecordingGuard", "has no place in a recording");
      }
    }
  }

  private static void assertCalls(JavaMethod operation, String owner, String rule) {
    Assertions.assertTrue(
        operation.getMethodCallsFromSelf().stream()
            .anyMatch(call -> call.getTargetOwner().getName().equals(owner)),
        () -> operation.getFullName() + " " + rule);
  }

  @Test
  void everyPackageIsARoom() {
    List<String> homeless =
        CLASSES.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.startsWith("dev.gatun.cli"))
            .filter(name -> ROOMS.stream().noneMatch(room -> contains(room, name)))
            .distinct()
            .toList();
    Assertions.assertEquals(List.of(), homeless);
  }

  private static boolean contains(Room room, String packageName) {
    return room.name().endsWith("..")
        ? packageName.startsWith(room.name().substring(0, room.name().length() - 2))
        : packageName.equals(room.name());
  }
}
