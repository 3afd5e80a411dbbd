package dev.gatun.backend.cuda;

import dev.gatun.bindings.cudnn.CuDnn;
import dev.gatun.natives.cuda.CudaStatus;
import java.lang.foreign.MemorySegment;

/** What cuDNN plans for: the device of a handle, or one that is described and not there. */
interface CudnnTarget {
  /** Sets the device of a graph that is not finished. */
  void aimGraph(CudnnDescriptors descriptors, MemorySegment graph);

  /** Sets the device of a query for engines that is not finished. */
  void aimQuery(CudnnDescriptors descriptors, MemorySegment query);

  /** Sets the device of a plan that is not finished. */
  void aimPlan(CudnnDescriptors descriptors, MemorySegment plan);

  /** Whether the device does nothing more for this process. */
  boolean isLost();

  /**
   * The device that this handle is of.
   *
   * @param handle a cudnnHandle_t
   */
  static CudnnTarget of(MemorySegment handle) {
    return new CudnnTarget() {
      @Override
      public void aimGraph(CudnnDescriptors descriptors, MemorySegment graph) {
        descriptors.setHandle(graph, CuDnn.CUDNN_ATTR_OPERATIONGRAPH_HANDLE(), handle);
      }

      @Override
      public void aimQuery(CudnnDescriptors descriptors, MemorySegment query) {
        // The query knows the device by its graph.
      }

      @Override
      public void aimPlan(CudnnDescriptors descriptors, MemorySegment plan) {
        descriptors.setHandle(plan, CuDnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE(), handle);
      }

      @Override
      public boolean isLost() {
        return CudaStatus.deviceIsLost();
      }
    };
  }
}
