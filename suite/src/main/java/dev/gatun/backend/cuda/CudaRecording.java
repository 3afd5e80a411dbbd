package dev.gatun.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;

import dev.gatun.backend.Recording;
import dev.gatun.bindings.cuda.CudaDriver;
import dev.gatun.natives.cuda.CudaStatus;
import dev.gatun.tensor.Holding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Operations captured as a CUDA graph, which the device runs at the cost of one launch. */
final class CudaRecording implements Recording {
  private final CudaDevice device;
  private final MemorySegment graph;
  private final List<Runnable> consequences;
  private final Holding holding = Holding.of("a CUDA graph");
  private boolean closed;

  private CudaRecording(CudaDevice device, MemorySegment graph, List<Runnable> consequences) {
    this.device = device;
    this.graph = graph;
    this.consequences = consequences;
  }

  /** Captures what the operations ask of the stream, without running it. */
  static CudaRecording of(CudaDevice device, Runnable operations) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment captured = arena.allocate(ADDRESS);
      var consequences = capture(device, operations, captured);
      try {
        MemorySegment executable = arena.allocate(ADDRESS);
        CudaStatus.DRIVER.check(
            CudaDriver.cuGraphInstantiateWithFlags(executable, captured.get(ADDRESS, 0), 0),
            "cuGraphInstantiateWithFlags");
        return new CudaRecording(device, executable.get(ADDRESS, 0), consequences);
      } finally {
        int status = CudaDriver.cuGraphDestroy(captured.get(ADDRESS, 0));
        device.leftovers().count(CudaStatus.DRIVER, status, "cuGraphDestroy");
      }
    }
  }

  private static List<Runnable> capture(
      CudaDevice device, Runnable operations, MemorySegment captured) {
    device.writes().beforeRecording();
    CudaStatus.DRIVER.check(
        CudaDriver.cuStreamBeginCapture_v2(
            device.stream(), CudaDriver.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL()),
        "cuStreamBeginCapture_v2");
    List<Runnable> consequences;
    device.writes().beginRecording();
    try {
      operations.run();
    } catch (RuntimeException | Error e) {
      // What was captured is of no use; a status would only hide what went wrong.
      if (CudaDriver.cuStreamEndCapture(device.stream(), captured) == CudaDriver.CUDA_SUCCESS()) {
        CudaDriver.cuGraphDestroy(captured.get(ADDRESS, 0));
      }
      throw e;
    } finally {
      consequences = device.writes().endRecording();
    }
    CudaStatus.DRIVER.check(
        CudaDriver.cuStreamEndCapture(device.stream(), captured), "cuStreamEndCapture");
    return consequences;
  }

  @Override
  public void run() {
    if (closed) {
      throw new IllegalStateException("the recording is closed");
    }
    device.writes().beforeRecording();
    CudaStatus.DRIVER.check(CudaDriver.cuGraphLaunch(graph, device.stream()), "cuGraphLaunch");
    device.writes().again(consequences);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      holding.close();
      device.makeCurrent();
      int status = CudaDriver.cuGraphExecDestroy(graph);
      device.leftovers().count(CudaStatus.DRIVER, status, "cuGraphExecDestroy");
    }
  }
}
