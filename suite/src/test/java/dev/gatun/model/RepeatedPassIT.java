package dev.gatun.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.TensorScope;
import dev.gatun.backend.cuda.CudaBackend;
import dev.gatun.backend.cuda.FakeCuda;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A pass on a device that has graphs: called to run, called to be recorded, and never again. */
class RepeatedPassIT {
  private static final Path LIBRARIES = FakeCuda.build();

  private int calls;

  @Test
  void passesOfOneFormAreCalledTwiceAndReplayedFromThenOn() {
    try (Backend backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
        TensorScope scope = backend.newScope();
        var repeated = new RepeatedPass(backend)) {
      Tensor x = scope.zeros(ElementType.F32, 1);
      backend.fill(x, 1);
      Runnable doubling =
          () -> {
            calls++;
            backend.scale(2, x);
          };
      for (int i = 0; i < 5; i++) {
        repeated.run(() -> form(0.5, 1), doubling);
      }
      assertEquals(2, calls);
      assertEquals(32, backend.toFloats(x)[0]);
      repeated.run(() -> form(0.25, 1), doubling);
      assertEquals(3, calls);
      repeated.run(() -> form(0.5, 1), doubling);
      repeated.run(() -> form(0.5, 2), doubling);
      assertEquals(5, calls);
      assertEquals(256, backend.toFloats(x)[0]);
    }
  }

  private static RepeatedPass.Form form(double scale, long generation) {
    return new RepeatedPass.Form(4, 8, scale, generation);
  }
}
