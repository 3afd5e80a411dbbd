package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.AttentionShape;
import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.Recording;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.Transpose;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a GPU that a kernel's failure has lost to the process, and what is closed. */
class LostDeviceIT {
  private static final Path LIBRARIES = FakeCuda.build();
  private static final int ILLEGAL_ADDRESS = 700;
  private static final String START_AGAIN =
      "; the GPU does nothing more for this process, so start it again";

  private Backend backend;
  private TensorScope scope;
  private Tensor x;
  private Tensor square;

  @BeforeEach
  void open() {
    backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
    scope = backend.newScope();
    x = scope.zeros(ElementType.F32, 4, 4);
    square = scope.zeros(ElementType.F32, 4, 4);
    backend.fill(x, 1);
  }

  @AfterEach
  void asANewProcess() {
    FakeCuda.reset(LIBRARIES);
  }

  private void lose(int status) {
    FakeCuda.plantFailure(LIBRARIES, "scale_f32", status);
    backend.scale(2, x);
  }

  private static String lineOf(Executable call) {
    String line = assertThrows(NativeStatusException.class, call).getMessage();
    assertFalse(line.contains("\n"), line);
    assertTrue(line.contains(START_AGAIN), line);
    return line;
  }

  @ParameterizedTest
  @CsvSource({
    "700, CUDA_ERROR_ILLEGAL_ADDRESS",
    "710, CUDA_ERROR_ASSERT",
    "716, CUDA_ERROR_MISALIGNED_ADDRESS",
    "719, CUDA_ERROR_LAUNCH_FAILED"
  })
  void theFailureIsThatOfEveryLaterCallAndOfEverySession(int status, String name) {
    String words = " %d (%s): ".formatted(status, name);
    lose(status);
    for (Executable call :
        List.<Executable>of(
            () -> backend.toFloats(x),
            () -> backend.fill(x, 1),
            () -> scope.zeros(ElementType.F32, 1 << 20),
            backend::freeMemoryBytes,
            backend::synchronise,
            backend::close,
            () -> CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES)))) {
      String line = lineOf(call);
      assertTrue(line.contains(words), line);
    }
  }

  @Test
  void librariesTellWhatTheDriverReturns() {
    lose(ILLEGAL_ADDRESS);
    lineOf(() -> backend.toFloats(x));
    String line = lineOf(() -> backend.gemm(Transpose.NO, Transpose.NO, 1, x, x, 0, square));
    assertTrue(
        line.startsWith(
            "cublasGemmEx returned 13 (CUBLAS_STATUS_EXECUTION_FAILED): the function failed to"
                + " launch, since the driver returns 700 (CUDA_ERROR_ILLEGAL_ADDRESS): "),
        line);
    lineOf(() -> backend.cholesky(x));
    assertThrows(NativeStatusException.class, backend::close);
  }

  /** An engine that does not fit is passed over; that the device is lost is told. */
  @Test
  void aLostDeviceIsNotTakenForAnEngineThatDoesNotFit() {
    var shape = new AttentionShape(1, 256, 1, 1, 8);
    var cudnn =
        CudaBackend.open(MathMode.BF16, AttentionKernels.CUDNN, Optional.of(LIBRARIES), _ -> {});
    TensorScope own = cudnn.newScope();
    Tensor packed = own.zeros(ElementType.F32, 256, shape.packedWidth());
    Tensor out = own.zeros(ElementType.F32, 256, shape.outputWidth());
    Tensor normalisers = own.zeros(ElementType.F32, 2 * 256, 1);
    cudnn.attention(shape, packed, out, normalisers);
    lose(ILLEGAL_ADDRESS);
    lineOf(() -> backend.toFloats(x));
    String line =
        lineOf(() -> cudnn.attentionBackward(shape, packed, out, normalisers, out, packed));
    assertTrue(line.startsWith("cudnnBackendFinalize returned 4000"), line);
  }

  /** Blocks, modules, events, pinned memory, handles, the stream: each is tried once. */
  @Test
  void closingTriesEverythingAndCountsWhatIsLeft() {
    lose(ILLEGAL_ADDRESS);
    lineOf(() -> backend.toFloats(x));
    long held = FakeCuda.liveObjects(LIBRARIES);
    scope.close();
    String line = lineOf(backend::close);
    assertTrue(line.matches(".* \\d+ more were not given back"), line);
    int counted = Integer.parseInt(line.replaceAll(".* (\\d+) more were not given back", "$1"));
    int handles = 2; // of cuBLAS and cuSOLVER
    assertEquals(held + handles, 1 + counted, line);
    assertEquals(held, FakeCuda.liveObjects(LIBRARIES));
  }

  @Test
  void closingHidesNoFailureBeforeIt() {
    lose(ILLEGAL_ADDRESS);
    String line =
        lineOf(() -> {
          try (Backend session = backend;
              var _ = scope) {
            session.toFloats(x);
          }
        });
    assertTrue(line.startsWith("cuStreamSynchronize returned 700"), line);
  }

  @Test
  void aRecordingThatFailsIsClosedWithItsSession() {
    backend.scale(1, x);
    BiConsumer<String, Executable> says =
        (call, run) -> assertTrue(lineOf(run).startsWith(call), call);
    try (Recording recording = backend.record(() -> backend.scale(2, x))) {
      FakeCuda.plantFailure(LIBRARIES, "scale_f32", ILLEGAL_ADDRESS);
      recording.run();
      says.accept("cuStreamSynchronize returned 700", () -> backend.toFloats(x));
      says.accept("cuGraphLaunch returned 700", recording::run);
    }
    says.accept("", backend::close);
  }

  @Test
  void aProcessThatWasStartedAgainComputes() {
    lose(ILLEGAL_ADDRESS);
    lineOf(backend::close);
    FakeCuda.reset(LIBRARIES);
    open();
    backend.scale(2, x);
    assertArrayEquals(new float[] {2, 2}, backend.toFloats(x.slice(0, 2)));
    scope.close();
    backend.close();
    assertEquals(0, FakeCuda.liveObjects(LIBRARIES));
  }
}
