package dev.gatun.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.backend.Backend;
import dev.gatun.backend.MathMode;
import dev.gatun.backend.OutOfDeviceMemoryException;
import dev.gatun.backend.Recording;
import dev.gatun.backend.TensorScope;
import dev.gatun.natives.cuda.CudaLibraries;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the CUDA backend adds to the contract: its memory, what it refuses, what it says. */
class CudaSessionIT {
  private static final Path LIBRARIES = FakeCuda.build();
  private static final long MEBIBYTE = 1L << 20;
  private static final long DEVICE_BYTES = 256 * MEBIBYTE;
  private static final long USUAL_BYTES = 4096 * MEBIBYTE;

  private Backend backend;

  @BeforeEach
  void open() {
    backend = CudaBackend.open(MathMode.F32, Optional.of(LIBRARIES));
    FakeCuda.setTotalMemory(LIBRARIES, DEVICE_BYTES);
  }

  @AfterEach
  void close() {
    backend.close();
    FakeCuda.setTotalMemory(LIBRARIES, USUAL_BYTES);
    assertEquals(0, FakeCuda.liveObjects(LIBRARIES), "objects not given back");
  }

  private static long floats(long mebibytes) {
    return mebibytes * MEBIBYTE / Float.BYTES;
  }

  @Test
  void outOfMemorySaysAskedFreeTotalAndWhatToReduce() {
    try (TensorScope scope = backend.newScope()) {
      scope.zeros(ElementType.F32, floats(100));
      var thrown =
          assertThrows(
              OutOfDeviceMemoryException.class, () -> scope.zeros(ElementType.F32, floats(200)));
      String message = thrown.getMessage();
      assertTrue(
          message.contains("200.0 MiB")
              && message.contains("of 256.0 MiB are free")
              && message.contains("smaller batch")
              && !message.contains("\n"),
          message);
      assertThrows(
          OutOfDeviceMemoryException.class, () -> scope.zeros(ElementType.F64, Long.MAX_VALUE / 8));
      assertEquals(100 * MEBIBYTE, backend.memoryUse().bytes());
      // The backend goes on with what it has.
      Tensor small = scope.zeros(ElementType.F32, 3);
      backend.fill(small, 2);
      assertEquals(12, backend.sumOfSquares(small));
    }
  }

  @Test
  void memoryOfClosedScopesIsReusedAndGivenBackWhenItIsShort() {
    long address;
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(ElementType.F32, floats(120));
      backend.fill(x.slice(7, 9), 1);
      address = x.memory().address();
    }
    assertEquals(0, backend.memoryUse().bytes());
    try (TensorScope scope = backend.newScope()) {
      Tensor again = scope.zeros(ElementType.F32, floats(119));
      assertEquals(address, again.memory().address());
      assertEquals(0, backend.sumOfSquares(again.slice(0, 100)));
    }
    try (TensorScope scope = backend.newScope()) {
      // Both fit only if the kept 120 MiB have gone back to the driver.
      scope.zeros(ElementType.F32, floats(60));
      scope.zeros(ElementType.F32, floats(140));
    }
  }

  @Test
  void smallTensorsShareABlockAtAlignedAddresses() {
    try (TensorScope scope = backend.newScope()) {
      long first = scope.zeros(ElementType.I32, 1).memory().address();
      for (int i = 1; i < 100; i++) {
        Tensor x = scope.zeros(ElementType.F32, 3);
        assertEquals(first + 256L * i, x.memory().address());
      }
      assertEquals(4 + 99 * 12, backend.memoryUse().bytes());
    }
  }

  @Test
  void aClosedScopeRefusesAndItsTensorsAreRefused() {
    TensorScope closed = backend.newScope();
    Tensor x = closed.zeros(ElementType.F32, 5);
    Tensor part = x.slice(1, 3).reshape(3, 1);
    closed.close();
    closed.close();
    assertThrows(IllegalStateException.class, () -> closed.zeros(ElementType.F32, 5));
    assertThrows(IllegalStateException.class, () -> backend.scale(2, x));
    assertThrows(IllegalStateException.class, () -> backend.scale(2, part));
    assertThrows(IllegalStateException.class, () -> backend.toDoubles(part));
  }

  @Test
  void valuesBeyondTheStagingBufferComeBackAsWritten() {
    float[] values = new float[5_000_003];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(ElementType.F32, values.length);
      backend.write(values, x);
      assertTrue(Arrays.equals(values, backend.toFloats(x)));
      Tensor wide = scope.zeros(ElementType.F64, values.length);
      backend.write(values, wide);
      assertTrue(Arrays.equals(values, backend.toFloats(wide)));
      assertEquals(values.length - 1.0, backend.toDoubles(wide)[values.length - 1]);
    }
  }

  @Test
  void wrongIdsAreToldOnceAtTheNextRead() {
    try (TensorScope scope = backend.newScope()) {
      Tensor table = scope.zeros(ElementType.F32, 3, 4);
      Tensor ids = scope.zeros(ElementType.I32, 1);
      backend.write(new int[] {3}, ids);
      backend.embedding(table, ids, scope.zeros(ElementType.F32, 1, 4));
      var thrown = assertThrows(IllegalArgumentException.class, () -> backend.sumOfSquares(table));
      assertTrue(thrown.getMessage().startsWith("embedding: an id is outside"));
      assertEquals(0, backend.sumOfSquares(table));
    }
  }

  @Test
  void aRecordingNeedsItsKernelsAndWorkingMemoryThere() {
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(ElementType.F32, 8, 4);
      Tensor bias = scope.zeros(ElementType.F32, 4);
      var thrown =
          assertThrows(
              IllegalStateException.class, () -> backend.record(() -> backend.addBias(bias, x)));
      assertTrue(thrown.getMessage().startsWith("loading the kernel bias.cu"));
      backend.addBias(bias, x);
      backend.fill(bias, 1);
      try (Recording recording = backend.record(() -> backend.addBias(bias, x))) {
        recording.run();
        recording.run();
      }
      assertEquals(32 * 4, backend.sumOfSquares(x));
    }
  }

  @Test
  void argumentsThatDoNotFitTheSignatureAreNamed() {
    CudaLibraries libraries = CudaLibraries.load(Optional.of(LIBRARIES));
    try (var session = new CudaSession(libraries, MathMode.F32, AttentionKernels.GATUN, _ -> {});
        TensorScope scope = session.memory().newScope()) {
      var kernel = new Kernel("vectors", "scale_f32");
      Tensor floats = scope.zeros(ElementType.F32, 8);
      Tensor doubles = scope.zeros(ElementType.F64, 8);
      var launcher = session.launcher();
      Object[][] mistakes = {
        {2f, floats}, {2f, floats, 8}, {2.0, floats, 8L}, {2f, doubles, 8L}, {2f, 8L, 8L}
      };
      for (Object[] arguments : mistakes) {
        var thrown =
            assertThrows(
                IllegalArgumentException.class,
                () -> launcher.launch(kernel, Grid.of(1, 256), arguments));
        assertTrue(thrown.getMessage().startsWith("vectors.cu: scale_f32"), thrown.getMessage());
      }
      launcher.launch(kernel, Grid.of(1, 256), 2f, floats, 8L);
      launcher.launch(kernel, Grid.of(0, 256), 2f, floats, 8L);
      assertThrows(
          IllegalStateException.class,
          () -> launcher.launch(new Kernel("vectors", "no_such"), Grid.of(1, 1)));
    }
  }

  @Test
  void eventsOfTimedWorkThatFailsAreGivenBack() {
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.zeros(ElementType.F32, 5);
      Runnable failing =
          () -> {
            backend.scale(2, x);
            throw new IllegalStateException("planted");
          };
      assertThrows(IllegalStateException.class, () -> backend.seconds(failing));
      assertThrows(IllegalStateException.class, () -> backend.launchTimes(failing));
      assertEquals(1, backend.launchTimes(() -> backend.scale(2, x)).size());
    }
  }

  @Test
  void theDeviceIsDescribedWithAllThatResultsDependOn() {
    var device = backend.device();
    assertEquals("cuda", device.kind());
    assertEquals("f32", device.mathMode());
    assertFalse(device.name().isBlank());
    for (String name :
        new String[] {
          "cuBLAS",
          "cuSOLVER",
          "NVRTC",
          "CUDA driver",
          "compute capability",
          "kernels compiled with",
          "cuBLAS workspace",
          "cuSOLVER mode"
        }) {
      assertFalse(
          device.libraries().getOrDefault(name, "").isBlank(), name + " in " + device.libraries());
    }
  }
}
