package dev.gatun.backend.cuda;

import dev.gatun.natives.NativeStatusException;
import dev.gatun.natives.cuda.CudaStatus;

/**
 * What could not be given back to the device. Whoever gives things back goes on after a failure: on
 * a device that is lost each of them fails, and what failed first is what is to be told.
 */
final class Leftovers {
  private NativeStatusException first;
  private int count;

  /** Counts it if this is the status of a call that failed. */
  void count(CudaStatus library, int status, String call, Object... shapes) {
    try {
      library.check(status, call, shapes);
    } catch (NativeStatusException e) {
      count++;
      if (first == null) {
        first = e;
      }
    }
  }

  /** Throws the first failure, with the number of the others, if there is one. */
  void tell() {
    if (first != null) {
      throw count == 1 ? first : first.and((count - 1) + " more were not given back");
    }
  }
}
