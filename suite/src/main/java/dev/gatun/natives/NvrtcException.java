package dev.gatun.natives;

import dev.gatun.bindings.nvrtc.Nvrtc;
import java.util.function.Supplier;

/** An NVRTC function failed. */
public final class NvrtcException extends NativeStatusException {
  private static final long serialVersionUID = 1L;

  /** NVRTC_ERROR_OUT_OF_MEMORY of {@code nvrtc.h}. */
  private static final int OUT_OF_MEMORY = 1;

  NvrtcException(String call, int status, StatusWords words, Object... shapes) {
    super(call, status, words, shapes);
  }

  /**
   * Returns if {@code status} is NVRTC_SUCCESS.
   *
   * @param status what the call returned
   * @param call the function as called, such as {@code nvrtcCreateProgram}
   * @param details what it worked on, for the message, such as a file's name
   * @throws NvrtcException for any other status
   */
  public static void check(int status, String call, Object... details) {
    if (status != Nvrtc.NVRTC_SUCCESS()) {
      throw new NvrtcException(call, status, words(status), details);
    }
  }

  /**
   * Returns if {@code status}, which {@code nvrtcCompileProgram} returned, is NVRTC_SUCCESS.
   *
   * @param file the source file's name, for the message
   * @param log gives the compiler's log; asked only if the source is at fault
   * @throws NvrtcException for any other status; for faulty source its message goes on with the log
   */
  public static void checkCompilation(int status, String file, Supplier<String> log) {
    if (status == Nvrtc.NVRTC_ERROR_COMPILATION()) {
      var name = words(status).name();
      var text = file + " does not compile; NVRTC says:\n" + log.get().strip();
      throw new NvrtcException("nvrtcCompileProgram", status, new StatusWords(name, text));
    }
    check(status, "nvrtcCompileProgram", file);
  }

  /** NVRTC has one function for both, and it gives the name. */
  private static StatusWords words(int status) {
    return new StatusWords(StatusWords.string(Nvrtc.nvrtcGetErrorString(status)), "");
  }

  @Override
  public boolean isOutOfMemory() {
    return status() == OUT_OF_MEMORY;
  }
}
