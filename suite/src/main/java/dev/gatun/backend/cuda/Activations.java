package dev.gatun.backend.cuda;

import dev.gatun.backend.Gelu;
import dev.gatun.backend.OperandChecks;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/** GELU, elementwise, forward and backward: {@code gelu.cu}. */
final class Activations {
  private static final String FILE = "gelu";
  private static final Kernel TANH = new Kernel(FILE, "gelu_tanh_f32");
  private static final Kernel EXACT = new Kernel(FILE, "gelu_exact_f32");
  private static final Kernel TANH_BACKWARD = new Kernel(FILE, "gelu_tanh_backward_f32");
  private static final Kernel EXACT_BACKWARD = new Kernel(FILE, "gelu_exact_backward_f32");

  // As in gelu.cu.
  private static final int THREADS = 256;
  private static final int CHUNK = 2048;

  private final OperandChecks checks = new OperandChecks(ElementType.F32, false);
  private final Launcher launcher;

  Activations(Launcher launcher) {
    this.launcher = launcher;
  }

  /** x, y of equal size; y may be x. */
  void gelu(Gelu form, Tensor x, Tensor y) {
    checks.sameSize("gelu", x, y);
    Kernel kernel =
        switch (form) {
          case EXACT -> EXACT;
          case TANH -> TANH;
        };
    launcher.launch(kernel, chunks(x), x, y, x.size());
  }

  /** x, dY, dX of equal size; dX may be dY. */
  void geluBackward(Gelu form, Tensor x, Tensor dY, Tensor dX) {
    checks.sameSize("geluBackward", x, dY, dX);
    Kernel kernel =
        switch (form) {
          case EXACT -> EXACT_BACKWARD;
          case TANH -> TANH_BACKWARD;
        };
    launcher.launch(kernel, chunks(x), x, dY, dX, x.size());
  }

  private static Grid chunks(Tensor x) {
    return Grid.of(Math.ceilDiv(x.size(), CHUNK), THREADS);
  }
}
