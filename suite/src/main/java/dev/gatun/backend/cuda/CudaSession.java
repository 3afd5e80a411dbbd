package dev.gatun.backend.cuda;

import dev.gatun.backend.RecordingGuard;
import dev.gatun.natives.CacheFolder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** What the operations of one backend share, closed in the reverse order of its opening. */
final class CudaSession implements AutoCloseable {
  private static final String KERNEL_CACHE = "kernels";

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final RecordingGuard guard = new RecordingGuard();
  private final CudaDevice device;
  private final KernelCompiler compiler;
  private final DeviceMemory memory;
  private final Launcher launcher;
  private final Transfers transfers;
  private final CublasHandle cublas;
  private final CusolverHandle cusolver;

  /**
   * On the first device that the driver shows.
   *
   * @param notices what a user should know on the way, in lines
   * @throws NoCudaDeviceException if it shows none
   */
  CudaSession(Consumer<String> notices) {
    try {
      device = own(CudaDevice.open());
      compiler =
          new KernelCompiler(
              device.major(),
              device.minor(),
              new CubinCache(CacheFolder.ofThisUser().resolve(KERNEL_CACHE)),
              notices);
      memory = own(new DeviceMemory(device, guard));
      launcher = own(new Launcher(device, new KernelModules(device, compiler, guard), memory));
      transfers = own(new Transfers(device, launcher, memory));
      cublas = own(new CublasHandle(launcher, memory));
      cusolver = own(new CusolverHandle(launcher, memory, transfers::toInt));
    } catch (RuntimeException | Error e) {
      closeAll(e);
      throw e;
    }
  }

  private <T extends AutoCloseable> T own(T part) {
    opened.push(part);
    return part;
  }

  RecordingGuard guard() {
    return guard;
  }

  CudaDevice device() {
    return device;
  }

  KernelCompiler compiler() {
    return compiler;
  }

  DeviceMemory memory() {
    return memory;
  }

  Launcher launcher() {
    return launcher;
  }

  Transfers transfers() {
    return transfers;
  }

  CublasHandle cublas() {
    return cublas;
  }

  CusolverHandle cusolver() {
    return cusolver;
  }

  /** Closes what is open; failures are added to the one there is. */
  private Throwable closeAll(Throwable failure) {
    Throwable first = failure;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    return first;
  }

  @Override
  public void close() {
    // Everything else of this backend has closed by itself if this has.
    if (closeAll(null) instanceof RuntimeException e) {
      throw e;
    }
  }
}
