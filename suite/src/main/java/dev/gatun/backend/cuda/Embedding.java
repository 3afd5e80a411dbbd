package dev.gatun.backend.cuda;

import dev.gatun.backend.Parts;
import dev.gatun.tensor.ElementType;
import dev.gatun.tensor.Tensor;

/**
 * Rows of a table by ids, and its gradient: {@code embedding.cu}. Ids outside the table are skipped
 * and reported by the next read of a result.
 */
final class Embedding implements Parts.Embedding {
  private static final String FILE = "embedding";
  private static final Kernel FORWARD = new Kernel(FILE, "embedding_f32");
  private static final Kernel SORT_TILES = new Kernel(FILE, "sort_id_tiles");
  private static final Kernel PLACE = new Kernel(FILE, "place_ids");
  private static final Kernel BACKWARD = new Kernel(FILE, "embedding_backward_f32");

  // As in embedding.cu.
  private static final int THREADS = 256;
  private static final int SORTING_THREADS = 512;
  private static final int WARPS = 8;
  private static final int MOST_OF_TILE = 2048;
  private static final int LEAST_OF_TILE = 64;
  private static final int OFTEN = 32;
  private static final int COLUMNS_OF_WARP = 128;

  private final Launcher launcher;
  private final DeviceScratch scratch;

  Embedding(Launcher launcher, DeviceMemory memory) {
    this.launcher = launcher;
    this.scratch = new DeviceScratch(memory);
  }

  /** table [V, D], ids [N], out [N, D]. */
  @Override
  public void embedding(Tensor table, Tensor ids, Tensor out) {
    int count = Math.toIntExact(ids.size());
    launcher.launch(
        FORWARD,
        Grid.of(Math.ceilDiv(count, WARPS), THREADS),
        table,
        ids,
        out,
        count,
        table.rows(),
        Math.toIntExact(table.cols()),
        launcher.errorFlag(),
        CheckedOperation.EMBEDDING.code());
  }

  /** dOut [N, D], ids [N], dTable [V, D]. */
  @Override
  public void embeddingBackward(Tensor dOut, Tensor ids, Tensor dTable) {
    int count = Math.toIntExact(ids.size());
    int cols = Math.toIntExact(dTable.cols());
    Sorted sorted = sort(ids, count, dTable.rows());
    int blocks = Math.ceilDiv(count, OFTEN) + Math.ceilDiv(count, WARPS);
    launcher.launch(
        BACKWARD,
        new Grid(blocks, Math.ceilDiv(cols, COLUMNS_OF_WARP), THREADS, 0),
        dOut,
        sorted.ids,
        sorted.positions,
        dTable,
        count,
        dTable.rows(),
        cols);
  }

  /** Ids ascending, and where each was: equal ids in the order of their positions. */
  private record Sorted(Tensor ids, Tensor positions) {}

  private Sorted sort(Tensor ids, int count, long vocabulary) {
    int tile = Math.clamp(Long.highestOneBit(2L * count - 1), LEAST_OF_TILE, MOST_OF_TILE);
    int tiles = Math.ceilDiv(count, tile);
    boolean oneTile = tiles <= 1;
    Tensor memory = scratch.get(ElementType.I32, (oneTile ? 2L : 4L) * count);
    var inTiles = new Sorted(memory.slice(0, count), memory.slice(count, count));
    launcher.launch(
        SORT_TILES,
        Grid.of(tiles, SORTING_THREADS),
        ids,
        count,
        vocabulary,
        tile,
        inTiles.ids,
        inTiles.positions,
        launcher.errorFlag(),
        CheckedOperation.EMBEDDING_BACKWARD.code());
    if (oneTile) {
      return inTiles;
    }
    var sorted = new Sorted(memory.slice(2L * count, count), memory.slice(3L * count, count));
    launcher.launch(
        PLACE,
        Grid.of(Math.ceilDiv(count, THREADS), THREADS),
        inTiles.ids,
        inTiles.positions,
        count,
        tile,
        sorted.ids,
        sorted.positions);
    return sorted;
  }
}
