package dev.gatun.backend.cuda;

import dev.gatun.bindings.cudnn.CuDnn;
import dev.gatun.io.Json;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A device that is not there, as cuDNN describes one in JSON. The names are those that cuDNN itself
 * asks for, one after the other, where they are missing.
 *
 * @param properties by name
 */
record DescribedDevice(Map<String, Object> properties) {
  /** As NVIDIA publishes it. */
  static final DescribedDevice H200 = of("NVIDIA H200", 900, 132, 62_914_560, 1_980_000, 3_201_000);

  /** As NVIDIA publishes it. */
  static final DescribedDevice B200 =
      of("NVIDIA B200", 1000, 148, 132_644_864, 1_965_000, 3_996_000);

  private static DescribedDevice of(
      String name,
      int capability,
      int multiprocessors,
      int cacheBytes,
      int clock,
      int memoryClock) {
    var all = new LinkedHashMap<String, Object>();
    all.put("deviceName", name);
    all.put("deviceVer", capability);
    all.put("multiProcessorCount", multiprocessors);
    all.put("l2CacheSize", cacheBytes);
    all.put("smClockRateKHz", clock);
    all.put("memClockRateKHz", memoryClock);
    all.put("maxGridSize", List.of(Integer.MAX_VALUE, 65_535, 65_535));
    all.put("maxBlockSize", List.of(1024, 1024, 64));
    all.put("regsPerBlock", 65_536);
    all.put("warpSize", 32);
    all.put("maxSharedMemoryPerBlock", 48 << 10);
    all.put("maxSharedMemoryPerBlockOptin", 227 << 10);
    all.put("reservedSharedMemoryPerBlock", 1 << 10);
    all.put("maxRegistersPerSM", 65_536);
    all.put("maxCtasPerSM", 32);
    all.put("maxThreadsPerBlock", 1024);
    all.put("maxThreadsPerSM", 2048);
    all.put("totalGlobalMem", 140L << 30);
    all.put("pciDeviceId", 0);
    all.put("cudaDeviceId", 0);
    all.put("driverVer", 13_000);
    all.put("isTccDriver", 0);
    all.put("supportCoopLaunch", 1);
    return new DescribedDevice(all);
  }

  /** The target that plans are made for; the descriptor lives as long as the others. */
  CudnnTarget target(CudnnDescriptors descriptors) {
    MemorySegment device = descriptors.create(CuDnn.CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR());
    try (var arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(Json.line(properties));
      descriptors.set(
          device,
          CuDnn.CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION(),
          CuDnn.CUDNN_TYPE_CHAR(),
          text.byteSize(),
          text);
      descriptors.finish(device, "device");
    }
    return new CudnnTarget() {
      @Override
      public void aimGraph(CudnnDescriptors all, MemorySegment graph) {
        // A graph without a handle is of no device.
      }

      @Override
      public void aimQuery(CudnnDescriptors all, MemorySegment query) {
        all.setDescriptors(query, CuDnn.CUDNN_ATTR_ENGINEHEUR_DEVICEPROP(), device);
      }

      @Override
      public void aimPlan(CudnnDescriptors all, MemorySegment plan) {
        all.setDescriptors(plan, CuDnn.CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP(), device);
      }

      @Override
      public boolean isLost() {
        return false;
      }
    };
  }
}
