package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Holding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The first GPU that the driver shows this process ({@code CUDA_VISIBLE_DEVICES} chooses): its
 * primary context, the one stream that everything runs on, and what it is.
 */
final class CudaDevice implements AutoCloseable {
  private static final int NAME_BYTES = 256;

  private final int device;
  private final MemorySegment context;
  private final MemorySegment stream;
  private final String name;
  private final int major;
  private final int minor;
  private final int multiprocessors;
  private final int sharedBytesPerBlock;
  private final Holding holding;
  private final DeviceWrites writes = new DeviceWrites();
  private final LaunchClock clock = new LaunchClock(this);
  private final Leftovers leftovers = new Leftovers();
  private Thread current;

  private CudaDevice(Arena arena) {
    device = first(arena);
    name = nameOf(arena);
    major = attribute(arena, CudaDriver.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR());
    minor = attribute(arena, CudaDriver.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR());
    multiprocessors = attribute(arena, CudaDriver.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT());
    sharedBytesPerBlock =
        attribute(arena, CudaDriver.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN());
    MemorySegment handle = arena.allocate(ADDRESS);
    CudaStatus.DRIVER.check(
        CudaDriver.cuDevicePrimaryCtxRetain(handle, device), "cuDevicePrimaryCtxRetain", name);
    context = handle.get(ADDRESS, 0);
    try (var opened = new CloseStack()) {
      opened.own(() -> CudaDriver.cuDevicePrimaryCtxRelease_v2(device));
      makeCurrent();
      CudaStatus.DRIVER.check(
          CudaDriver.cuStreamCreate(handle, CudaDriver.CU_STREAM_NON_BLOCKING()), "cuStreamCreate");
      stream = handle.get(ADDRESS, 0);
      holding = Holding.of("a CUDA stream");
      opened.keep();
    }
  }

  /**
   * Opens the device.
   *
   * @throws NoCudaDeviceException if the driver shows none
   */
  static CudaDevice open() {
    try (Arena arena = Arena.ofConfined()) {
      return new CudaDevice(arena);
    }
  }

  private static int first(Arena arena) {
    int status = CudaDriver.cuInit(0);
    MemorySegment number = arena.allocate(JAVA_INT);
    if (status != CudaDriver.CUDA_ERROR_NO_DEVICE()) {
      CudaStatus.DRIVER.check(status, "cuInit");
      CudaStatus.DRIVER.check(CudaDriver.cuDeviceGetCount(number), "cuDeviceGetCount");
    }
    if (number.get(JAVA_INT, 0) == 0) {
      throw none();
    }
    CudaStatus.DRIVER.check(CudaDriver.cuDeviceGet(number, 0), "cuDeviceGet");
    return number.get(JAVA_INT, 0);
  }

  private static NoCudaDeviceException none() {
    String visible = System.getenv("CUDA_VISIBLE_DEVICES");
    return new NoCudaDeviceException(
        visible == null
            ? "the NVIDIA driver is here, but shows no GPU: see what nvidia-smi says, or compute on"
                + " the CPU"
            : "the NVIDIA driver is here, but shows no GPU to a process with CUDA_VISIBLE_DEVICES='%s': name one that `nvidia-smi -L` lists, or unset it"
                .formatted(visible));
  }

  private String nameOf(Arena arena) {
    MemorySegment text = arena.allocate(NAME_BYTES);
    CudaStatus.DRIVER.check(
        CudaDriver.cuDeviceGetName(text, NAME_BYTES, device), "cuDeviceGetName");
    return text.getString(0);
  }

  private int attribute(Arena arena, int attribute) {
    MemorySegment value = arena.allocate(JAVA_INT);
    CudaStatus.DRIVER.check(
        CudaDriver.cuDeviceGetAttribute(value, attribute, device),
        "cuDeviceGetAttribute",
        "attribute " + attribute);
    return value.get(JAVA_INT, 0);
  }

  /** Its own name, such as {@code NVIDIA H100 80GB HBM3}. */
  String name() {
    return name;
  }

  /** Compute capability: the major number. */
  int major() {
    return major;
  }

  /** Compute capability: the minor number. */
  int minor() {
    return minor;
  }

  int multiprocessors() {
    return multiprocessors;
  }

  /** The most shared memory that a block may ask for, in bytes. */
  int sharedBytesPerBlock() {
    return sharedBytesPerBlock;
  }

  /**
   * The stream that everything runs on; makes the context this thread's. Whoever puts something
   * into it asks for it each time, and tells {@link #writes()} what that writes.
   */
  MemorySegment stream() {
    makeCurrent();
    return stream;
  }

  /** Knows what the work in the stream writes. */
  DeviceWrites writes() {
    return writes;
  }

  /** Times the work in the stream; whoever puts something into it tells it so. */
  LaunchClock clock() {
    return clock;
  }

  /** Counts what cannot be given back, until the device is closed. */
  Leftovers leftovers() {
    return leftovers;
  }

  /** Makes the context this thread's: the driver keeps one for each. */
  void makeCurrent() {
    if (current != Thread.currentThread()) {
      CudaStatus.DRIVER.check(CudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
      current = Thread.currentThread();
    }
  }

  /** Waits until all that was asked for is done. */
  void synchronise() {
    CudaStatus.DRIVER.check(CudaDriver.cuStreamSynchronize(stream()), "cuStreamSynchronize");
  }

  /** Memory free and in all, in bytes. */
  Memory memory() {
    makeCurrent();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment free = arena.allocate(JAVA_LONG);
      MemorySegment total = arena.allocate(JAVA_LONG);
      CudaStatus.DRIVER.check(CudaDriver.cuMemGetInfo_v2(free, total), "cuMemGetInfo_v2");
      return new Memory(free.get(JAVA_LONG, 0), total.get(JAVA_LONG, 0));
    }
  }

  /** What the device has, in bytes; other processes take from it too. */
  record Memory(long free, long total) {}

  /** Tells what could not be given back, by this or by what was closed before. */
  @Override
  public void close() {
    holding.close();
    makeCurrent();
    leftovers.count(CudaStatus.DRIVER, CudaDriver.cuStreamDestroy_v2(stream), "cuStreamDestroy_v2");
    leftovers.count(
        CudaStatus.DRIVER,
        CudaDriver.cuDevicePrimaryCtxRelease_v2(device),
        "cuDevicePrimaryCtxRelease_v2");
    leftovers.tell();
  }
}
