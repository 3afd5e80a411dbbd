package dev.gatun.spectrum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The columns of a sparse matrix, parted so that no row has entries in two parts. A permutation
 * that brings each part together makes the Gram matrix block-diagonal: its eigenvalues are those of
 * the blocks. Columns that never share a row are blocks of their own, their eigenvalue is the
 * diagonal element.
 *
 * @param blocks columns of each block of two or more, ascending; the largest block first, and of
 *     equally large ones that with the least column
 * @param alone columns that share no row with any other
 */
record ColumnBlocks(List<int[]> blocks, int[] alone) {

  /** Of a matrix, in one pass over it. */
  static ColumnBlocks of(SparseMatrix matrix) {
    int[] parent = new int[matrix.cols()];
    Arrays.setAll(parent, i -> i);
    matrix.forEachMixedRow((columns, _, entries) -> {
      for (int i = 1; i < entries; i++) {
        join(parent, columns[0], columns[i]);
      }
    });
    int[] size = new int[parent.length];
    for (int column = 0; column < parent.length; column++) {
      size[root(parent, column)]++;
    }
    int[][] members = new int[parent.length][];
    int[] placed = new int[parent.length];
    List<int[]> blocks = new ArrayList<>();
    var alone = new ArrayList<Integer>();
    for (int column = 0; column < parent.length; column++) {
      int root = root(parent, column);
      if (size[root] == 1) {
        alone.add(column);
      } else {
        if (members[root] == null) {
          members[root] = new int[size[root]];
          blocks.add(members[root]);
        }
        members[root][placed[root]++] = column;
      }
    }
    blocks.sort((a, b) -> Integer.compare(b.length, a.length));
    return new ColumnBlocks(
        List.copyOf(blocks), alone.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Columns of the largest block; 1 if there is none. */
  int largest() {
    return blocks.isEmpty() ? 1 : blocks.getFirst().length;
  }

  private static void join(int[] parent, int a, int b) {
    int first = root(parent, a);
    int second = root(parent, b);
    parent[Math.max(first, second)] = Math.min(first, second);
  }

  private static int root(int[] parent, int column) {
    int root = column;
    while (parent[root] != root) {
      parent[root] = parent[parent[root]];
      root = parent[root];
    }
    return root;
  }
}
