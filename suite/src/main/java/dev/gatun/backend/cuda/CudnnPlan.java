package dev.gatun.backend.cuda;

import dev.gatun.bindings.cudnn.CuDnn;
import dev.gatun.natives.NativeStatusException;
import dev.gatun.natives.cuda.CudaStatus;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A graph that cuDNN has compiled for a device.
 *
 * @param descriptor finished
 * @param workspaceBytes device memory that a run works in
 */
record CudnnPlan(MemorySegment descriptor, long workspaceBytes) {
  private static final int MOST_CONFIGURATIONS = 16;

  /**
   * The first plan, in the order that cuDNN expects to be the fastest first, that always gives
   * equal bytes; empty if there is none.
   *
   * @param leastWorkspace what such a plan must have room for at the least. cuDNN's notes do not
   *     say that a backward pass of attention adds up gradients in any order: it can be told by the
   *     workspace, which then does not hold the gradients of the scores.
   */
  static Optional<CudnnPlan> deterministic(
      CudnnDescriptors descriptors, MemorySegment graph, CudnnTarget target, long leastWorkspace) {
    for (MemorySegment configuration : configurations(descriptors, graph, target)) {
      if (isNotedDeterministic(descriptors, configuration)) {
        MemorySegment plan = descriptors.create(CuDnn.CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR());
        OptionalLong workspace = finish(descriptors, plan, configuration, target);
        if (workspace.isPresent() && workspace.getAsLong() >= leastWorkspace) {
          return Optional.of(new CudnnPlan(plan, workspace.getAsLong()));
        }
      }
    }
    return Optional.empty();
  }

  private static MemorySegment[] configurations(
      CudnnDescriptors descriptors, MemorySegment graph, CudnnTarget target) {
    MemorySegment query = descriptors.create(CuDnn.CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR());
    descriptors.setDescriptors(query, CuDnn.CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH(), graph);
    descriptors.setConstant(
        query,
        CuDnn.CUDNN_ATTR_ENGINEHEUR_MODE(),
        CuDnn.CUDNN_TYPE_HEUR_MODE(),
        CuDnn.CUDNN_HEUR_MODE_A());
    target.aimQuery(descriptors, query);
    descriptors.finish(query, "query for engines");
    return descriptors.getDescriptors(
        query,
        CuDnn.CUDNN_ATTR_ENGINEHEUR_RESULTS(),
        CuDnn.CUDNN_BACKEND_ENGINECFG_DESCRIPTOR(),
        MOST_CONFIGURATIONS);
  }

  private static boolean isNotedDeterministic(
      CudnnDescriptors descriptors, MemorySegment configuration) {
    MemorySegment[] engine =
        descriptors.getDescriptors(
            configuration,
            CuDnn.CUDNN_ATTR_ENGINECFG_ENGINE(),
            CuDnn.CUDNN_BACKEND_ENGINE_DESCRIPTOR(),
            1);
    int[] notes =
        descriptors.getConstants(
            engine[0],
            CuDnn.CUDNN_ATTR_ENGINE_NUMERICAL_NOTE(),
            CuDnn.CUDNN_TYPE_NUMERICAL_NOTE(),
            CuDnn.CUDNN_NUMERICAL_NOTE_TYPE_COUNT());
    return Arrays.stream(notes)
        .noneMatch(note -> note == CuDnn.CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC());
  }

  /** Compiles the plan; the bytes of its workspace, or nothing if this engine cannot. */
  private static OptionalLong finish(
      CudnnDescriptors descriptors,
      MemorySegment plan,
      MemorySegment configuration,
      CudnnTarget target) {
    descriptors.setDescriptors(
        plan, CuDnn.CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG(), configuration);
    target.aimPlan(descriptors, plan);
    try {
      descriptors.finish(plan, "plan");
    } catch (NativeStatusException e) {
      if (target.isLost()) {
        throw e;
      }
      // The engines that cuDNN names are proposals: the next one may do.
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        descriptors.getLong(plan, CuDnn.CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE()));
  }

  /**
   * Puts a run of the plan into the handle's stream.
   *
   * @param ids of the tensors in memory
   * @param pointers to each of them
   */
  void run(MemorySegment handle, long[] ids, MemorySegment[] pointers, MemorySegment workspace) {
    try (var descriptors = new CudnnDescriptors()) {
      MemorySegment pack = descriptors.create(CuDnn.CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR());
      descriptors.setLongs(pack, CuDnn.CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS(), ids);
      descriptors.setPointers(pack, CuDnn.CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS(), pointers);
      descriptors.setPointers(pack, CuDnn.CUDNN_ATTR_VARIANT_PACK_WORKSPACE(), workspace);
      descriptors.finish(pack, "operands");
      CudaStatus.CUDNN.check(
          CuDnn.cudnnBackendExecute(handle, descriptor, pack), "cudnnBackendExecute");
    }
  }
}
