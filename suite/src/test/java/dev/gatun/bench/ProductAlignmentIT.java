package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.claims.Claims;
import dev.gatun.experiment.RunSetting;
import dev.gatun.experiment.Seeds;
import dev.gatun.experiment.Tier;
import dev.gatun.model.HeadForm;
import dev.gatun.model.LanguageModel;
import dev.gatun.model.TransformerConfig;
import dev.gatun.tensor.Batch;
import dev.gatun.tensor.ElementType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Which products of a training step keep cuBLAS from its fastest kernels on tensor cores: in the
 * models that {@code gatun bench} trains on a GPU, and in those of the claims' paper tier whose
 * head is linear; others multiply matrices as narrow as their ranks. Of each matrix, a row has a
 * multiple of 16 bytes, rows start at multiples of 16 bytes, and so does the first (cuBLAS, "Tensor
 * Core Usage").
 */
class ProductAlignmentIT {
  private static final Path LIBRARIES = FakeCuda.build();
  private static final long USUAL_BYTES = 4L << 30;

  /** More than the largest model needs: only the shapes of calls matter here. */
  private static final long ENOUGH_BYTES = 1L << 42;

  private static final int ODD_VOCABULARY = 50_257;

  /** Of what the nine bits say that end a traced product, from the lowest. */
  private static final List<String> MISSES =
      List.of(
          "right row",
          "right rows",
          "right start",
          "left row",
          "left rows",
          "left start",
          "result row",
          "result rows",
          "result start");

  /** A step's shapes. */
  private record Step(TransformerConfig model, int batch, int length) {
    static Step of(TrainingWork work) {
      return new Step(work.config(), work.batch(), work.config().contextLength());
    }

    static Step of(RunSetting setting) {
      return new Step(setting.model(), setting.batch(), setting.length());
    }
  }

  @BeforeEach
  void makeRoom() {
    FakeCuda.setTotalMemory(LIBRARIES, ENOUGH_BYTES);
  }

  @AfterEach
  void asUsual() {
    FakeCuda.setTotalMemory(LIBRARIES, USUAL_BYTES);
  }

  /**
   * Only the head's products with an odd vocabulary miss it. Rounded gradients of logits have their
   * rows padded, so that those start where they should; f32 logits are dense.
   */
  @ParameterizedTest
  @EnumSource(names = {"TF32", "BF16"})
  void onlyProductsWithLogitsOfAnOddVocabularyMissIt(MathMode math) {
    String gradient = math == MathMode.BF16 ? "left row" : "left row, left rows";
    var ofTheHead =
        new TreeSet<>(
            List.of("X·Wᵀ: result row, result rows", "G·W: " + gradient, "Gᵀ·X: " + gradient));
    try (Backend backend = CudaBackend.open(math, Optional.of(LIBRARIES))) {
      steps()
          .forEach((step, name) -> {
            var misses = new TreeSet<String>();
            for (String call : calls(backend, step)) {
              if (call.startsWith("cublasGemmEx ")) {
                miss(call).ifPresent(misses::add);
              }
            }
            boolean odd = step.model().vocabulary() == ODD_VOCABULARY;
            assertEquals(odd ? ofTheHead : new TreeSet<>(), misses, name);
          });
    }
  }

  /** Each with the name of a run that has it. */
  private static Map<Step, String> steps() {
    var steps = new LinkedHashMap<Step, String>();
    List.of(TrainingWork.SPAMLANG_PAPER, TrainingWork.GPT2, TrainingWork.TEXT_COMPILED)
        .forEach(work -> steps.put(Step.of(work), work.name()));
    for (var claim : Claims.all()) {
      for (var run : claim.trainings(Tier.PAPER, Seeds.from(1))) {
        RunSetting setting = run.setting();
        if (setting.model().head() instanceof HeadForm.Linear) {
          steps.putIfAbsent(Step.of(setting), claim.id() + " " + setting.id());
        }
      }
    }
    return steps;
  }

  /** The calls of the first training pass; nothing is computed in them. */
  private static List<String> calls(Backend backend, Step step) {
    int[] tokens = new int[step.batch * step.length];
    var batch = new Batch(tokens, tokens, step.batch, step.length);
    return FakeCuda.trace(
        LIBRARIES,
        true,
        () -> {
          try (var scope = backend.newScope();
              var model = new LanguageModel(backend, step.model);
              var pass = model.trainingPass(scope.zeros(ElementType.F64, 1), () -> {}, () -> {})) {
            pass.run(batch, 1);
          }
        });
  }

  /** A product by its kind, and what it misses; empty if that is nothing. */
  private static Optional<String> miss(String call) {
    long[] numbers =
        Arrays.stream(call.split(" ")).skip(1).mapToLong(Long::parseUnsignedLong).toArray();
    boolean rightIsTransposed = numbers[12] == 1;
    boolean leftIsTransposed = numbers[13] == 1;
    long bits = numbers[14];
    String product = leftIsTransposed ? "Gᵀ·X: " : rightIsTransposed ? "X·Wᵀ: " : "G·W: ";
    List<String> missed =
        IntStream.range(0, MISSES.size())
            .filter(bit -> (bits >> bit & 1) == 1)
            .mapToObj(MISSES::get)
            .toList();
    return bits == 0 ? Optional.empty() : Optional.of(product + String.join(", ", missed));
  }
}
