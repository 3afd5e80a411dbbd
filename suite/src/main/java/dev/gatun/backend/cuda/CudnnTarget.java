package dev.gatun.backend.cuda;

import dev.gatun.bindings.cudnn.CuDnn;
import java.lang.foreign.MemorySegment;

/** What cuDNN plans for: the device of a handle, or one that is described and not there. */
interface CudnnTarget {
  /** Says so to a graph that is not finished. */
  void aimGraph(CudnnDescriptors descriptors, MemorySegment graph);

  /** Says so to a query for engines that is not finished. */
  void aimQuery(CudnnDescriptors descriptors, MemorySegment query);

  /** Says so to a plan that is not finished. */
  void aimPlan(CudnnDescriptors descriptors, MemorySegment plan);

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
        // Knows it by the graph.
      }

      @Override
      public void aimPlan(CudnnDescriptors descriptors, MemorySegment plan) {
        descriptors.setHandle(plan, CuDnn.CUDNN_ATTR_EXECUTION_PLAN_HANDLE(), handle);
      }
    };
  }
}
