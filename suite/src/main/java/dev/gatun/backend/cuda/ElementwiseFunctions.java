package dev.gatun.backend.cuda;

import dev.gatun.backend.Elementwise;
import dev.gatun.backend.Parts;
import dev.gatun.tensor.Tensor;

/** Functions of single elements, forward and backward: {@code elementwise.cu}. */
final class ElementwiseFunctions implements Parts.ElementwiseFunctions {
  private static final String FILE = "elementwise";
  private static final Kernel GELU = new Kernel(FILE, "gelu_f32");
  private static final Kernel GELU_TANH = new Kernel(FILE, "gelu_tanh_f32");
  private static final Kernel TANH = new Kernel(FILE, "tanh_f32");
  private static final Kernel SIGSOFTMAX = new Kernel(FILE, "sigsoftmax_f32");
  private static final Kernel RELU = new Kernel(FILE, "relu_f32");
  private static final Kernel GELU_BACKWARD = new Kernel(FILE, "gelu_backward_f32");
  private static final Kernel GELU_TANH_BACKWARD = new Kernel(FILE, "gelu_tanh_backward_f32");
  private static final Kernel TANH_BACKWARD = new Kernel(FILE, "tanh_backward_f32");
  private static final Kernel SIGSOFTMAX_BACKWARD = new Kernel(FILE, "sigsoftmax_backward_f32");
  private static final Kernel RELU_BACKWARD = new Kernel(FILE, "relu_backward_f32");

  private static final Kernel CLIP = new Kernel(FILE, "clip_f32");
  private static final Kernel CLIP_BACKWARD = new Kernel(FILE, "clip_backward_f32");

  // As in elementwise.cu.
  private static final int THREADS = 256;
  private static final int CHUNK = 2048;

  private final Launcher launcher;

  ElementwiseFunctions(Launcher launcher) {
    this.launcher = launcher;
  }

  /** x, y of equal size; y may be x. */
  @Override
  public void elementwise(Elementwise form, Tensor x, Tensor y) {
    Kernel kernel =
        switch (form) {
          case GELU -> GELU;
          case GELU_TANH -> GELU_TANH;
          case TANH -> TANH;
          case SIGSOFTMAX -> SIGSOFTMAX;
          case RELU -> RELU;
        };
    launcher.launch(kernel, chunks(x), x, y, x.size());
  }

  /** x, dY, dX of equal size; dX may be dY. */
  @Override
  public void elementwiseBackward(Elementwise form, Tensor x, Tensor dY, Tensor dX) {
    Kernel kernel =
        switch (form) {
          case GELU -> GELU_BACKWARD;
          case GELU_TANH -> GELU_TANH_BACKWARD;
          case TANH -> TANH_BACKWARD;
          case SIGSOFTMAX -> SIGSOFTMAX_BACKWARD;
          case RELU -> RELU_BACKWARD;
        };
    launcher.launch(kernel, chunks(x), x, dY, dX, x.size());
  }

  /** x, y of equal size; y may be x. */
  @Override
  public void clip(double limit, Tensor x, Tensor y) {
    launcher.launch(CLIP, chunks(x), (float) limit, x, y, x.size());
  }

  /** x, dY, dX of equal size; dX may be dY. */
  @Override
  public void clipBackward(double limit, Tensor x, Tensor dY, Tensor dX) {
    launcher.launch(CLIP_BACKWARD, chunks(x), (float) limit, x, dY, dX, x.size());
  }

  private static Grid chunks(Tensor x) {
    return Grid.of(Math.ceilDiv(x.size(), CHUNK), THREADS);
  }
}
