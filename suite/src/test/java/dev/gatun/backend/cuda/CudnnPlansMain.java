package dev.gatun.backend.cuda;

import dev.gatun.backend.AttentionShape;
import dev.gatun.bindings.cudnn.CuDnn;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * Asks the real cuDNN, in a process of its own, for a plan of each graph of attention on devices
 * that are described and not there. Prints a line for each. Arguments: the library's file.
 */
final class CudnnPlansMain {
  /** GPT-2's heads, and eight query heads that share two key/value heads. */
  static final List<AttentionShape> SHAPES =
      List.of(
          new AttentionShape(2, 256, 12, 12, 64),
          new AttentionShape(2, 1024, 12, 12, 64),
          new AttentionShape(1, 2048, 12, 12, 64),
          new AttentionShape(2, 256, 8, 2, 128),
          new AttentionShape(2, 1024, 8, 2, 128),
          new AttentionShape(1, 2048, 8, 2, 128));

  /** Devices whose plans are asked for. */
  static final List<DescribedDevice> DEVICES = List.of(DescribedDevice.H200, DescribedDevice.B200);

  private CudnnPlansMain() {}

  @SuppressWarnings("restricted")
  static void main(String[] args) {
    System.load(args[0]);
    System.out.println("version " + CuDnn.cudnnGetVersion());
    for (DescribedDevice device : DEVICES) {
      for (AttentionShape shape : SHAPES) {
        print(device, shape, false);
        print(device, shape, true);
      }
    }
  }

  private static void print(DescribedDevice device, AttentionShape shape, boolean isBackward) {
    try (var descriptors = new CudnnDescriptors()) {
      CudnnTarget target = device.target(descriptors);
      MemorySegment graph =
          isBackward
              ? CudnnAttentionGraph.backward(descriptors, shape, target)
              : CudnnAttentionGraph.forward(descriptors, shape, target);
      long least = isBackward ? CudnnAttention.bytesOfScores(shape) : 0;
      Optional<CudnnPlan> plan = CudnnPlan.deterministic(descriptors, graph, target, least);
      System.out.println(
          line(device, shape, isBackward)
              + plan.map(it -> "planned, workspace " + it.workspaceBytes()).orElse("NO PLAN"));
    }
  }

  /** How the line of a plan begins. */
  static String line(DescribedDevice device, AttentionShape shape, boolean isBackward) {
    return "%s, %s, %s: "
        .formatted(
            device.properties().get("deviceName"), shape, isBackward ? "backward" : "forward");
  }
}
