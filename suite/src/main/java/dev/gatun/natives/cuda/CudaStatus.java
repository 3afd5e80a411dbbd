package dev.gatun.natives.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.gatun.bindings.cublas.CuBlas;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.bindings.cudnn.CuDnn;
import dev.gatun.bindings.nvrtc.Nvrtc;
import dev.gatun.natives.LapackStatus;
import dev.gatun.natives.NativeCall;
import dev.gatun.natives.NativeStatusException;
import java.lang.foreign.Arena;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/**
 * The libraries that Gatun calls on a GPU, each of which returns a status of its own from every
 * function; zero is success for all of them.
 */
public enum CudaStatus {
  DRIVER(_ -> false) {
    @Override
    Words words(int status) {
      try (var arena = Arena.ofConfined()) {
        var cell = arena.allocate(ADDRESS);
        // Both set the cell to null for a status that they do not know.
        CudaDriver.cuGetErrorName(status, cell);
        var name = NativeCall.stringAt(cell);
        CudaDriver.cuGetErrorString(status, cell);
        return name.isEmpty() ? Words.UNKNOWN : new Words(name, NativeCall.stringAt(cell));
      }
    }
  },
  // Not initialised, not mapped, not executed, and failed within.
  CUBLAS(status -> Set.of(1, 11, 13, 14).contains(status)) {
    @Override
    Words words(int status) {
      return new Words(
          NativeCall.string(CuBlas.cublasGetStatusName(status)),
          NativeCall.string(CuBlas.cublasGetStatusString(status)));
    }
  },
  CUSOLVER(status -> Set.of(1, 5, 6, 7).contains(status)) {
    /** cuSOLVER has no function for this; the names are those of {@code cusolver_common.h}. */
    @Override
    Words words(int status) {
      return switch (status) {
        case 1 -> new Words("CUSOLVER_STATUS_NOT_INITIALIZED", "no handle, or CUDA did not start");
        case 2 -> new Words("CUSOLVER_STATUS_ALLOC_FAILED", "no memory for cuSOLVER's own use");
        case 3 -> new Words("CUSOLVER_STATUS_INVALID_VALUE", "an argument has an illegal value");
        case 4 -> new Words("CUSOLVER_STATUS_ARCH_MISMATCH", "the GPU is too old for this call");
        case 5 -> new Words("CUSOLVER_STATUS_MAPPING_ERROR", "the GPU's memory is not reached");
        case 6 -> new Words("CUSOLVER_STATUS_EXECUTION_FAILED", "a kernel failed on the GPU");
        case 7 -> new Words("CUSOLVER_STATUS_INTERNAL_ERROR", "cuSOLVER failed within itself");
        case 8 ->
            new Words(
                "CUSOLVER_STATUS_MATRIX_TYPE_NOT_SUPPORTED",
                "this kind of matrix is not supported");
        case 9 -> new Words("CUSOLVER_STATUS_NOT_SUPPORTED", "these arguments are unsupported");
        case 10 -> new Words("CUSOLVER_STATUS_ZERO_PIVOT", "a pivot is zero");
        case 11 -> new Words("CUSOLVER_STATUS_INVALID_LICENSE", "the licence is not valid");
        case 31 -> new Words("CUSOLVER_STATUS_INVALID_WORKSPACE", "the workspace is not valid");
        default -> Words.UNKNOWN;
      };
    }
  },
  // Not initialised; 4000 and more are internal errors, and 5000 and more those of execution.
  CUDNN(status -> status == 1001 || status >= 4000 && status < 6000) {
    private static final int MOST_BYTES = 1024;

    /** The text is what cuDNN says of the last call of this thread that failed. */
    @Override
    Words words(int status) {
      try (var arena = Arena.ofConfined()) {
        var text = arena.allocate(MOST_BYTES);
        CuDnn.cudnnGetLastErrorString(text, MOST_BYTES);
        return new Words(
            NativeCall.string(CuDnn.cudnnGetErrorString(status)), text.getString(0).strip());
      }
    }
  },
  NVRTC(_ -> false) {
    /** NVRTC has one function for both, and it gives the name. */
    @Override
    Words words(int status) {
      return new Words(NativeCall.string(Nvrtc.nvrtcGetErrorString(status)), "");
    }
  };

  /**
   * Whether a launch returns when its kernel has ended, so that the failure of a kernel is that of
   * its launch: {@code CUDA_LAUNCH_BLOCKING=1}.
   */
  public static final boolean LAUNCHES_WAIT = "1".equals(System.getenv("CUDA_LAUNCH_BLOCKING"));

  /**
   * What the driver returns from every call after it has returned it once: the statuses of CUDA's
   * driver API after which "the process must be terminated and relaunched", and 710, a failed
   * assertion, after which the context "cannot be used anymore".
   */
  private static final Set<Integer> LASTING =
      Set.of(226, 700, 702, 710, 714, 715, 716, 717, 718, 719, 721);

  private final IntPredicate mayFollowLoss;

  /**
   * @param mayFollowLoss the statuses of a library that a device which does nothing more may cause
   */
  CudaStatus(IntPredicate mayFollowLoss) {
    this.mayFollowLoss = mayFollowLoss;
  }

  /**
   * How a library puts a status into words.
   *
   * @param name the constant's name, empty if the library does not know the status
   * @param text what it means, empty if the name is all there is
   */
  record Words(String name, String text) {
    static final Words UNKNOWN =
        new Words("", "a status that this version of the library does not explain");
  }

  abstract Words words(int status);

  /**
   * Returns if {@code status} is success.
   *
   * @param status what the call returned
   * @param call the function as called, such as {@code cuMemAlloc_v2}
   * @param shapes what it worked on, for the message, such as {@code a 512x512}
   * @throws NativeStatusException for any other status
   */
  public void check(int status, String call, Object... shapes) {
    if (status != 0) {
      var words = words(status);
      var text = words.text() + consequence(status);
      throw NativeStatusException.of(call, status, words.name(), text, shapes);
    }
  }

  /** What is to be added if the device does nothing more: to a library's status, the driver's. */
  private String consequence(int status) {
    if (this == DRIVER) {
      return LASTING.contains(status) ? startAgain() : "";
    }
    int ofDevice = mayFollowLoss.test(status) ? CudaDriver.cuCtxSynchronize() : 0;
    if (!LASTING.contains(ofDevice)) {
      return "";
    }
    var words = DRIVER.words(ofDevice);
    return ", since the driver returns %s (%s): %s%s"
        .formatted(ofDevice, words.name(), words.text(), startAgain());
  }

  /** Whether the current device does nothing more for this process. */
  public static boolean deviceIsLost() {
    return LASTING.contains(CudaDriver.cuCtxSynchronize());
  }

  private static String startAgain() {
    return "; the GPU does nothing more for this process, so start it again"
        + (LAUNCHES_WAIT ? "" : ", with CUDA_LAUNCH_BLOCKING=1 to learn which kernel failed");
  }

  /**
   * Returns if {@code info}, which a routine of cuSOLVER that returned success has left on the
   * device, is zero.
   *
   * @param call the function as called, such as {@code cusolverDnXpotrf}
   * @param shapes what it worked on, for the message, such as {@code a 512x512}
   * @throws NativeStatusException for any other info: a bad argument if negative, a numerical
   *     failure if positive
   */
  public static void checkInfo(int info, String call, Object... shapes) {
    if (info != 0) {
      throw NativeStatusException.ofInfo(call, info, infoText(call, info), shapes);
    }
  }

  /** The dense routines keep LAPACK's meaning of info. */
  private static String infoText(String call, int info) {
    return info < 0
        ? "argument %s, not counting the handle, has an illegal value".formatted(-info)
        : LapackStatus.text("LAPACKE_d" + call.replaceFirst("^cusolverDn[A-Z]", ""), info);
  }

  /**
   * Returns if {@code status}, which {@code nvrtcCompileProgram} returned, is success.
   *
   * @param file the source file's name, for the message
   * @param log gives the compiler's log; asked only if the source is at fault
   * @throws NativeStatusException for any other status; for faulty source its message goes on with
   *     the log
   */
  public static void checkCompilation(int status, String file, Supplier<String> log) {
    if (status == Nvrtc.NVRTC_ERROR_COMPILATION()) {
      var text = file + " does not compile; NVRTC says:\n" + log.get().strip();
      throw NativeStatusException.of(
          "nvrtcCompileProgram", status, NVRTC.words(status).name(), text);
    }
    NVRTC.check(status, "nvrtcCompileProgram", file);
  }
}
