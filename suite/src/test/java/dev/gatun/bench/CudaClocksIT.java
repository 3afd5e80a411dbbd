package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is in the times that a GPU's work is measured by. */
class CudaClocksIT {
  private static final Path LIBRARIES = FakeCuda.build();

  private static final long REST_NANOS = 20_000_000;

  /** PyTorch's side is timed so; the device's clock would begin and end when the device works. */
  @Test
  void aWorkIsTimedByTheHostsClockFromIdleToIdle() {
    try (Backend backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
        TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(ElementType.F32, 4);
      double seconds =
          Work.seconds(
              backend,
              () -> {
                long end = System.nanoTime() + REST_NANOS;
                while (System.nanoTime() < end) {
                  Thread.onSpinWait();
                }
                backend.fill(x, 1);
              });
      assertTrue(seconds >= REST_NANOS * 1e-9, seconds + " s");
    }
  }

  /**
   * The floor under works in bf16 is the time of a product alone. Else work whose operands were
   * rounded before might take less than the floor.
   */
  @Test
  void theProductsThatAreTimedInBf16RoundNoOperand() {
    try (Backend backend = CudaBackend.open(MathMode.BF16, Optional.of(LIBRARIES))) {
      List<String> calls =
          FakeCuda.trace(LIBRARIES, false, () -> DeviceSpeed.of(backend, true)).stream()
              .map(call -> call.split(" ")[0])
              .filter(call -> call.startsWith("round_") || call.equals("cublasGemmEx"))
              .toList();
      // The first product, which is not timed, rounds both operands.
      assertEquals(List.of("round_pair_to_bf16", "cublasGemmEx"), calls.subList(0, 2));
      List<String> timed = calls.subList(2, calls.size());
      assertTrue(timed.size() > 5, calls.toString());
      assertTrue(timed.stream().allMatch("cublasGemmEx"::equals), calls.toString());
    }
  }
}
