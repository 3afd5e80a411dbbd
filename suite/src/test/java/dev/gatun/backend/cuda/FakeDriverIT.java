package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.OutOfDeviceMemoryException;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fake CUDA driver and NVRTC: as lazy and as strict as the real ones. */
class FakeDriverIT {
  @TempDir Path cache;
  private EmulatedDevice device;

  @BeforeEach
  void open() {
    device = new EmulatedDevice(cache);
  }

  @AfterEach
  void close() {
    device.close();
    assertEquals(0, FakeCuda.liveObjects(EmulatedDevice.LIBRARIES), "objects not given back");
  }

  @Nested
  class Launches {
    private void refused(String words, Grid grid) {
      var e =
          assertThrows(
              NativeStatusException.class,
              () -> device.launch("write_at", grid, device.floats(0), 0L, -1));
      assertTrue(e.getMessage().contains(words), e.getMessage());
    }

    @Test
    void moreSharedMemoryThanABlockHasIsRefused() {
      refused("cuFuncSetAttribute", Grid.of(1, 32).withShared((227 << 10) + 1));
    }

    /** A device has 227 KiB for both, and the kernels of {@code emulation.cu} have static ones. */
    @Test
    void staticSharedMemoryCounts() {
      refused("where static shared memory leaves", Grid.of(1, 32).withShared(226 << 10));
    }

    @Test
    void moreThreadsThanTheLaunchBoundsAreRefused() {
      var e =
          assertThrows(
              NativeStatusException.class,
              () -> device.launch("divergent_shuffle", Grid.of(1, 64), device.floats(0)));
      assertEquals("CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", e.statusName());
    }

    @Test
    void runWhenTheHostWaitsAndNotBefore() {
      float[] x = {1, 2, 3};
      Tensor tensor = device.floats(x);
      device.device.synchronise();
      device.launch("add", Grid.of(1, 32), tensor, tensor, 3L);
      // The fake device's memory is the host's: what no host may do, a test can.
      @SuppressWarnings("restricted")
      float first =
          MemorySegment.ofAddress(tensor.memory().address())
              .reinterpret(12)
              .getAtIndex(JAVA_FLOAT, 0);
      assertEquals(1, first);
      assertArrayEquals(new float[] {2, 4, 6}, device.transfers.toFloats(tensor));
    }
  }

  /** What nothing orders runs in either order, by the seed; what something orders in that one. */
  @Nested
  class Streams {
    private static final int SEEDS = 24;
    private static final MemorySegment DEFAULT = MemorySegment.NULL;

    private MemorySegment own;
    private MemorySegment second;
    private Tensor x;
    private Tensor y;

    @BeforeEach
    void create() {
      own = device.device.stream();
      second = stream(CudaDriver.CU_STREAM_NON_BLOCKING());
      x = device.scope.zeros(ElementType.I32, 1);
      y = device.scope.zeros(ElementType.I32, 1);
      device.device.synchronise();
    }

    @AfterEach
    void destroy() {
      succeeds(CudaDriver.cuStreamDestroy_v2(second));
    }

    private static MemorySegment stream(int flags) {
      try (var arena = Arena.ofConfined()) {
        MemorySegment handle = arena.allocate(ADDRESS);
        succeeds(CudaDriver.cuStreamCreate(handle, flags));
        return handle.get(ADDRESS, 0);
      }
    }

    private static void succeeds(int status) {
      CudaStatus.DRIVER.check(status, "call");
    }

    private void set(Tensor tensor, int value, MemorySegment stream) {
      succeeds(CudaDriver.cuMemsetD32Async(tensor.memory().address(), value, 1, stream));
    }

    private void copy(Tensor from, Tensor to, MemorySegment stream) {
      succeeds(
          CudaDriver.cuMemcpyDtoDAsync_v2(
              to.memory().address(), from.memory().address(), Integer.BYTES, stream));
    }

    /** The stream waits for what is in the other one now. */
    private void order(MemorySegment before, MemorySegment stream) {
      try (var arena = Arena.ofConfined()) {
        MemorySegment handle = arena.allocate(ADDRESS);
        succeeds(CudaDriver.cuEventCreate(handle, CudaDriver.CU_EVENT_DEFAULT()));
        MemorySegment event = handle.get(ADDRESS, 0);
        succeeds(CudaDriver.cuEventRecord(event, before));
        succeeds(CudaDriver.cuStreamWaitEvent(stream, event, 0));
        succeeds(CudaDriver.cuEventDestroy_v2(event));
      }
    }

    private int read(Tensor tensor) {
      return device.transfers.toInts(tensor)[0];
    }

    /** What the work leaves behind, over many seeds. */
    private Set<Integer> results(IntSupplier work) {
      var results = new TreeSet<Integer>();
      for (int seed = 1; seed <= SEEDS; seed++) {
        FakeCuda.setSeed(EmulatedDevice.LIBRARIES, seed);
        results.add(work.getAsInt());
        succeeds(CudaDriver.cuCtxSynchronize());
      }
      return results;
    }

    @Test
    void workOnTheDefaultStreamRunsTooEarlyOrTooLate() {
      IntSupplier mistaken =
          () -> {
            set(x, 1, own);
            set(x, 2, DEFAULT);
            copy(x, y, own);
            return read(y);
          };
      assertEquals(Set.of(1), results(mistaken));
      assertEquals(
          Set.of(1, 2),
          results(() -> {
            mistaken.getAsInt();
            succeeds(CudaDriver.cuCtxSynchronize());
            return read(x);
          }));
    }

    @Test
    void theDefaultStreamIsOrderedWithStreamsThatWereNotCreatedOtherwise() {
      MemorySegment blocking = stream(0);
      assertEquals(
          Set.of(2),
          results(() -> {
            set(x, 1, blocking);
            set(x, 2, DEFAULT);
            copy(x, y, blocking);
            succeeds(CudaDriver.cuStreamSynchronize(blocking));
            return read(y);
          }));
      succeeds(CudaDriver.cuStreamDestroy_v2(blocking));
    }

    @Test
    void aMissingEventShows() {
      assertEquals(
          Set.of(1, 2),
          results(() -> {
            set(x, 1, own);
            set(x, 2, second);
            succeeds(CudaDriver.cuCtxSynchronize());
            return read(x);
          }));
      assertEquals(
          Set.of(2),
          results(() -> {
            set(x, 1, own);
            order(own, second);
            set(x, 2, second);
            succeeds(CudaDriver.cuStreamSynchronize(second));
            return read(x);
          }));
    }

    @Test
    void synchronisingOneStreamRunsNoOther() {
      assertEquals(
          Set.of(0),
          results(() -> {
            set(y, 0, own);
            set(y, 1, second);
            return read(y);
          }));
    }

    @Test
    void independentNodesOfAGraphRunInAnyOrder() {
      Runnable forked =
          () -> {
            order(own, second);
            set(x, 1, own);
            set(x, 2, second);
            order(second, own);
          };
      Runnable ordered =
          () -> {
            set(x, 1, own);
            order(own, second);
            set(x, 2, second);
            order(second, own);
            copy(x, y, own);
          };
      try (var recording = CudaRecording.of(device.device, forked)) {
        assertEquals(Set.of(1, 2), results(recording, x));
      }
      try (var recording = CudaRecording.of(device.device, ordered)) {
        assertEquals(Set.of(2), results(recording, y));
      }
    }

    private Set<Integer> results(CudaRecording recording, Tensor tensor) {
      return results(() -> {
        recording.run();
        return read(tensor);
      });
    }

    @Test
    void aGraphOfAStreamThatDidNotWaitForAnotherIsRefused() {
      var e =
          assertThrows(
              NativeStatusException.class,
              () ->
                  CudaRecording.of(
                      device.device,
                      () -> {
                        order(own, second);
                        set(x, 2, second);
                      }));
      assertEquals("CUDA_ERROR_STREAM_CAPTURE_UNJOINED", e.statusName());
    }
  }

  @Nested
  class Graphs {
    /** CU_STREAM_CAPTURE_MODE_RELAXED, which Gatun never asks for. */
    private static final int RELAXED = 2;

    @Test
    void runNothingWhileCapturedAndEverythingAtEachLaunch() {
      Tensor x = device.floats(1, 2);
      Tensor y = device.floats(10, 20);
      Runnable add = () -> device.launch("add", Grid.of(1, 32), x, y, 2L);
      add.run();
      try (var recording = CudaRecording.of(device.device, add)) {
        assertArrayEquals(new float[] {11, 22}, device.transfers.toFloats(x));
        recording.run();
        device.transfers.write(new float[] {100, 200}, y);
        recording.run();
        assertArrayEquals(new float[] {121, 242}, device.transfers.toFloats(x));
      }
    }

    @Test
    void areLostWhenTheHostWaits() {
      refusedInCapture("cuStreamSynchronize", CudaDriver::cuStreamSynchronize);
    }

    @Test
    void areLostWhenMemoryIsAllocated() {
      refusedInCapture(
          "cuMemAlloc",
          _ -> {
            try (var arena = Arena.ofConfined()) {
              return CudaDriver.cuMemAlloc_v2(arena.allocate(JAVA_LONG), 64);
            }
          });
    }

    @Test
    void areLostByACopyFromPageableMemory() {
      long target = device.floats(0).memory().address();
      refusedInCapture(
          "pageable",
          stream -> {
            try (var arena = Arena.ofConfined()) {
              return CudaDriver.cuMemcpyHtoDAsync_v2(target, arena.allocate(4), 4, stream);
            }
          });
    }

    @Test
    void areLostWhenAModuleIsLoaded() {
      var source = KernelSource.read("emulation");
      byte[] image = device.compiler.compile(source, KernelVariant.NONE);
      refusedInCapture("cuModuleLoadData", _ -> load(image));
    }

    private static int load(byte[] image) {
      try (var arena = Arena.ofConfined()) {
        return CudaDriver.cuModuleLoadData(
            arena.allocate(ADDRESS), arena.allocateFrom(JAVA_BYTE, image));
      }
    }

    @Test
    void areLostByTheDefaultStream() {
      long target = device.floats(0).memory().address();
      refusedInCapture(
          "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT",
          "cuMemsetD32Async on the default stream",
          _ -> CudaDriver.cuMemsetD32Async(target, 1, 1, MemorySegment.NULL));
      refusedInCapture(
          "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT",
          "cuStreamSynchronize on the default stream",
          _ -> CudaDriver.cuStreamSynchronize(MemorySegment.NULL));
    }

    @Test
    void areLostByTheFirstLaunchOfAKernel() {
      Tensor x = device.floats(1, 2);
      var kernel = new Kernel("emulation", "add");
      device.launcher.launch(kernel, Grid.of(0, 32), x, x, 2L); // found, and not launched
      Runnable add = () -> device.launcher.launch(kernel, Grid.of(1, 32), x, x, 2L);
      var e =
          assertThrows(
              NativeStatusException.class, () -> CudaRecording.of(device.device, add).close());
      assertEquals("CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", e.statusName());
      assertTrue(e.getMessage().contains("the first launch of the kernel add"), e.getMessage());
      add.run();
      CudaRecording.of(device.device, add).close();
    }

    @Test
    void otherThreadsAndTheRelaxedModeMayAllocate() throws InterruptedException {
      capture(RELAXED, () -> assertEquals(0, allocateAndFree()));
      var statuses = new ArrayList<Integer>();
      var other =
          new Thread(() -> {
            device.device.makeCurrent();
            statuses.add(allocateAndFree());
          });
      capture(
          CudaDriver.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL(),
          () -> {
            other.start();
            other.join();
          });
      device.device.makeCurrent();
      assertEquals(List.of(0), statuses);
    }

    private interface Body {
      void run() throws InterruptedException;
    }

    private void capture(int mode, Body body) throws InterruptedException {
      var stream = device.device.stream();
      CudaStatus.DRIVER.check(CudaDriver.cuStreamBeginCapture_v2(stream, mode), "begin");
      body.run();
      try (var arena = Arena.ofConfined()) {
        MemorySegment graph = arena.allocate(ADDRESS);
        CudaStatus.DRIVER.check(CudaDriver.cuStreamEndCapture(stream, graph), "end");
        CudaStatus.DRIVER.check(CudaDriver.cuGraphDestroy(graph.get(ADDRESS, 0)), "destroy");
      }
    }

    private static int allocateAndFree() {
      try (var arena = Arena.ofConfined()) {
        MemorySegment address = arena.allocate(JAVA_LONG);
        int status = CudaDriver.cuMemAlloc_v2(address, 64);
        return status == 0 ? CudaDriver.cuMemFree_v2(address.get(JAVA_LONG, 0)) : status;
      }
    }

    @FunctionalInterface
    private interface Call {
      int on(MemorySegment stream);
    }

    private void refusedInCapture(String words, Call call) {
      refusedInCapture("CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", words, call);
    }

    private void refusedInCapture(String name, String words, Call call) {
      var stream = device.device.stream();
      CudaDriver.cuStreamBeginCapture_v2(stream, CudaDriver.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL());
      int status = call.on(stream);
      var e =
          assertThrows(NativeStatusException.class, () -> CudaStatus.DRIVER.check(status, "call"));
      assertEquals(name, e.statusName());
      assertTrue(e.getMessage().contains(words), e.getMessage());
      try (var arena = Arena.ofConfined()) {
        int ended = CudaDriver.cuStreamEndCapture(stream, arena.allocate(JAVA_LONG));
        var lost =
            assertThrows(NativeStatusException.class, () -> CudaStatus.DRIVER.check(ended, "end"));
        assertEquals("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", lost.statusName());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cuda, libcuda.so.1",
    "nvrtc, libnvrtc.so.13",
    "cublas, libcublas.so.13",
    "cusolver, libcusolver.so.12"
  })
  void everyBoundFunctionHasAFake(String arguments, String library) throws IOException {
    var resource = "/dev/gatun/bindings/arguments/" + arguments + ".args";
    try (var in = getClass().getResourceAsStream(resource);
        var arena = Arena.ofConfined()) {
      @SuppressWarnings("restricted")
      var symbols = SymbolLookup.libraryLookup(EmulatedDevice.LIBRARIES.resolve(library), arena);
      var functions =
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> line.startsWith("--include-function "))
              .map(line -> line.substring(line.indexOf(' ') + 1))
              .toList();
      assertFalse(functions.isEmpty());
      assertEquals(
          List.of(),
          functions.stream().filter(name -> symbols.find(name).isEmpty()).toList(),
          "not in the fake " + library);
    }
  }

  @Test
  void aKernelThatDoesNotCompileShowsTheLog() {
    var source = KernelSource.of("bad.cu", "\n#error no such thing\n", KernelSource::resource);
    var e =
        assertThrows(
            NativeStatusException.class, () -> device.compiler.compile(source, KernelVariant.NONE));
    assertTrue(e.getMessage().contains("bad.cu(2): error: #error directive: no such thing"));
  }

  @Test
  void machineCodeIsKeptByTextHeadersAndVariantAndTheUserIsToldOnce() throws IOException {
    var text = "// variants: A = 1 2\n#include \"a.cuh\"\n";
    var one = new KernelVariant(Map.of("A", 1));
    var two = new KernelVariant(Map.of("A", 2));
    var source = KernelSource.of("some.cu", text, _ -> "int a;");
    var otherHeader = KernelSource.of("some.cu", text, _ -> "int b;");
    for (int i = 0; i < 2; i++) {
      device.compiler.compile(source, one);
      device.compiler.compile(source, two);
      device.compiler.compile(otherHeader, one);
    }
    try (var kept = Files.list(cache)) {
      assertEquals(
          List.of("some-A=1", "some-A=1", "some-A=2"),
          kept.map(file -> file.getFileName().toString().replaceAll("-[0-9a-f]+\\.cubin", ""))
              .sorted()
              .toList());
    }
    assertEquals(1, device.notices.size(), device.notices.toString());
    assertTrue(device.notices.getFirst().contains(cache.toString()), device.notices.toString());
  }

  @Test
  void aSourceThatTheEmulationWasNotBuiltFromIsRefused() {
    var source = KernelSource.of("emulation.cu", "// another text", KernelSource::resource);
    byte[] image = device.compiler.compile(source, KernelVariant.NONE);
    try (var arena = Arena.ofConfined()) {
      int status =
          CudaDriver.cuModuleLoadData(
              arena.allocate(JAVA_LONG), arena.allocateFrom(JAVA_BYTE, image));
      var e =
          assertThrows(NativeStatusException.class, () -> CudaStatus.DRIVER.check(status, "load"));
      assertTrue(e.getMessage().contains("was built from another text of emulation.cu"));
    }
  }

  @Test
  void closingGoesOnAfterABlockThatCannotBeFreed() {
    Tensor first = device.scope.zeros(ElementType.F32, 1 << 20);
    for (int i = 0; i < 5; i++) {
      device.scope.zeros(ElementType.F32, 1 << 20);
    }
    device.device.synchronise();
    assertEquals(0, CudaDriver.cuMemFree_v2(first.memory().address()));
    device.scope.close();
    device.transfers.close();
    device.launcher.close();
    device.memory.close();
    var e = assertThrows(NativeStatusException.class, device.device::close);
    assertEquals("CUDA_ERROR_INVALID_VALUE", e.statusName());
    assertEquals(0, FakeCuda.liveObjects(EmulatedDevice.LIBRARIES));
    device = new EmulatedDevice(cache);
  }

  @Test
  void memoryRunsOut() {
    FakeCuda.setTotalMemory(EmulatedDevice.LIBRARIES, 64L << 20);
    try {
      var e =
          assertThrows(
              OutOfDeviceMemoryException.class,
              () -> device.scope.zeros(ElementType.F32, 100L << 18));
      assertTrue(e.getMessage().contains("100.0 MiB"), e.getMessage());
      assertTrue(e.getMessage().contains("of 64.0 MiB"), e.getMessage());
    } finally {
      FakeCuda.setTotalMemory(EmulatedDevice.LIBRARIES, 4L << 30);
    }
  }
}
