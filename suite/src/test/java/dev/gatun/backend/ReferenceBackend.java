package dev.gatun.backend;

import dev.gatun.tensor.ElementType;
import java.util.Map;
import java.util.Optional;

/**
 * The oracle: every operation of {@link Backend} in f64, in the plainest Java that its formula
 * allows. Slow, single-threaded, host memory only.
 */
public final class ReferenceBackend {
  private static final long WORKING_SET_BYTES = 4L << 20;

  private ReferenceBackend() {}

  /** With a working set as large as the CPU's, 4 MiB. */
  public static Backend open() {
    return open(WORKING_SET_BYTES);
  }

  /** With another working set, for work that is to be cut into chunks. */
  public static Backend open(long workingSetBytes) {
    return open(workingSetBytes, new ReferenceMemory());
  }

  static Backend open(Parts.Memory memory) {
    return open(WORKING_SET_BYTES, memory);
  }

  private static Backend open(long workingSetBytes, Parts.Memory memory) {
    var vectors = new ReferenceVectors();
    var matrices = new ReferenceMatrices();
    var rows = new ReferenceRows();
    var normalisation = new ReferenceNormalisation();
    var activations = new ReferenceActivations();
    var attention = new ReferenceAttention();
    var loss = new ReferenceLoss();
    return new Backend(
        new Parts(
            new Oracle(workingSetBytes),
            memory,
            new ReferenceTransfers(),
            vectors,
            vectors,
            vectors,
            matrices,
            matrices,
            matrices,
            matrices,
            rows,
            rows,
            normalisation,
            normalisation,
            Optional.empty(),
            activations,
            activations,
            attention,
            attention,
            loss,
            loss));
  }

  private record Oracle(long workingSetBytes) implements Parts.Device {
    @Override
    public DeviceDescription description() {
      return new DeviceDescription("cpu", "f64 oracle", 1, "f64", Map.of());
    }

    @Override
    public ElementType real() {
      return ElementType.F64;
    }

    @Override
    public boolean isOnHost() {
      return true;
    }

    @Override
    public void close() {}
  }
}
