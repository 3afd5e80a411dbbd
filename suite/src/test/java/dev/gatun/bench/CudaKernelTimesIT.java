package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.LaunchTime;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.bench.KernelTimes.Row;
import dev.gatun.model.LanguageModel;
import dev.gatun.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The times of kernels tell of each launch of a step that is not recorded, once. */
class CudaKernelTimesIT {
  private static final Path LIBRARIES = FakeCuda.build();

  static List<TrainingWork> models() {
    return List.of(TrainingWork.SMALL_SPAMLANG, TrainingWork.SMALL_GPT2);
  }

  private static Backend open() {
    return CudaBackend.open(MathMode.BF16, Optional.of(LIBRARIES));
  }

  @ParameterizedTest
  @MethodSource("models")
  void countsTheLaunchesThatTheDriverSees(TrainingWork training) {
    try (Backend backend = open()) {
      KernelTimes times = KernelTimes.of(backend, training.name(), true);
      Map<String, Long> counted =
          times.rows().stream()
              .filter(row -> !row.kernel().startsWith("copy ")) // between the host and the device
              .collect(
                  Collectors.toMap(
                      row -> row.kernel().replaceAll("^product [NT]{2}", "product"),
                      Row::count,
                      Long::sum,
                      TreeMap::new));
      assertEquals(launches(backend, training), counted);
      assertEquals(1, times.rows().stream().mapToDouble(Row::share).sum(), 1e-9);
      assertTrue(times.rows().stream().allMatch(row -> row.seconds() >= 0), times.toString());
    }
  }

  /** The launches of the second step, as the fake driver and the fake cuBLAS list them. */
  private static Map<String, Long> launches(Backend backend, TrainingWork training) {
    try (LanguageModel model = training.model(backend)) {
      try (Trainer first = training.trainer(model, 1, List.of())) {
        first.run();
      }
      try (Trainer second = training.trainer(model, 1, List.of())) {
        return FakeCuda.trace(LIBRARIES, false, second::run).stream()
            .map(CudaKernelTimesIT::name)
            .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
      }
    }
  }

  /** The name of a call with its arguments, without the transposes of a product. */
  private static String name(String call) {
    String[] words = call.split(" ");
    return switch (words[0]) {
      case "cublasGemmEx" -> "product %sx%sx%s".formatted(words[2], words[1], words[3]);
      case "set" -> "set to zero";
      default -> words[0];
    };
  }

  @Test
  void aRecordingIsRunAsPlainOperationsWhileLaunchesAreTimed() {
    try (Backend backend = open();
        var scope = backend.newScope()) {
      var x = scope.zeros(backend.real(), 5);
      backend.scale(2, x); // A recording loads no code.
      List<LaunchTime> times =
          backend.launchTimes(() -> {
            try (var recording = backend.record(() -> backend.scale(2, x))) {
              recording.run();
              recording.run();
            }
          });
      assertEquals(
          List.of("scale_f32", "scale_f32"), times.stream().map(LaunchTime::name).toList());
    }
  }
}
