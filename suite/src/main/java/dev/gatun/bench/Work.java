package dev.gatun.bench;

import dev.gatun.backend.Backend;
import java.util.List;
import java.util.stream.Stream;

/**
 * A piece of work that both sides can do.
 *
 * @param name on the command line
 * @param peerVariants the peer's names for it; the fastest counts
 * @param tokens tokens of one run, 0 if it has none
 * @param cost what it cannot do without
 * @param warmUp rounds before those that count: the JVM compiles while it works
 * @param repetition does it again and again on Gatun's side
 */
public record Work(
    String name,
    List<String> peerVariants,
    long tokens,
    Cost cost,
    int warmUp,
    Repetition repetition) {
  /** What PyTorch takes minutes for: gesvdj's Jacobi rotations of a matrix this large. */
  private static final String SLOW = "svd-head";

  /** By Jacobi rotations, which PyTorch takes by itself, and by QR iterations. */
  private static final List<String> SVD_PEERS =
      List.of("svd-head-tall", "svd-head-wide", "svd-head-tall-gesvd", "svd-head-wide-gesvd");

  /** Whether it is measured only where it is named. */
  public boolean onRequest() {
    return name.equals(SLOW);
  }

  /** Does a piece of work {@code rounds} times and tells the listener after each. */
  @FunctionalInterface
  public interface Repetition {
    void run(Backend backend, int rounds, Listener listener);
  }

  /** Hears how long a round took. */
  @FunctionalInterface
  public interface Listener {
    /** Round {@code round}, from 0, has ended. */
    void finished(int round, double seconds);
  }

  /**
   * Seconds by the host's clock, from an idle device to an idle device: as {@code peer.py} times
   * the other side. By the device's own clock ours would lack what the host takes to begin and to
   * see the end, which is a few percent of a short operation.
   */
  static double seconds(Backend backend, Runnable operations) {
    backend.synchronise();
    long start = System.nanoTime();
    operations.run();
    backend.synchronise();
    return (System.nanoTime() - start) * 1e-9;
  }

  /**
   * All work that is measured on a kind of device, {@code cpu} or {@code cuda}.
   *
   * @param small at sizes that only show that it runs, with no peer
   */
  public static List<Work> on(String kind, boolean small) {
    return small
        ? List.of(
            TrainingWork.SMALL.work(),
            KernelWork.crossEntropy("cross-entropy", List.of(), 8, 300),
            KernelWork.singularValues("svd", List.of(), 16, 40))
        : on(kind);
  }

  private static List<Work> on(String kind) {
    return switch (kind) {
      case "cpu" ->
          List.of(
              TrainingWork.SPAMLANG.work(),
              TrainingWork.TEXT.work(),
              TrainingWork.WIDE.work(),
              HiddenStatesWork.work(),
              KernelWork.crossEntropy("cross-entropy", List.of("cross-entropy"), 2048, 8192),
              KernelWork.singularValues("svd", List.of("svd-tall"), 2048, 16_384),
              // The same work again, against a PyTorch user who writes the Gram matrix by hand.
              KernelWork.singularValues("svd-by-hand", List.of("svd-gram"), 2048, 16_384));
      case "cuda" ->
          List.of(
              TrainingWork.SPAMLANG_PAPER.work(),
              TrainingWork.GPT2.work(),
              HiddenStatesWork.work(),
              TrainingWork.TEXT_COMPILED.work(),
              KernelWork.crossEntropy(
                  "cross-entropy-wide", TrainingWork.compiled("cross-entropy-wide"), 1024, 131_072),
              KernelWork.singularValues(SLOW, SVD_PEERS, 8192, 50_257),
              KernelWork.singularValues(
                  "svd-head-by-hand", List.of("svd-head-gram"), 8192, 50_257));
      default -> throw new IllegalArgumentException("no work for a device of kind " + kind);
    };
  }

  public static List<String> names() {
    return Stream.of("cpu", "cuda")
        .flatMap(k -> on(k).stream())
        .map(Work::name)
        .distinct()
        .toList();
  }
}
