package dev.gatun.safetensors;

import dev.gatun.backend.Backend;
import dev.gatun.io.Notes;
import dev.gatun.tensor.CloseStack;
import dev.gatun.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The weights of a checkpoint folder, one view over {@code model.safetensors} or over the shards
 * that {@code model.safetensors.index.json} names. Tensors are read by name, through windows of
 * mapped memory, and converted on the way; nothing of them stays here.
 */
public final class CheckpointWeights implements AutoCloseable {
  private static final String SINGLE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private static final int COMPARED_AT_ONCE = 1 << 20;

  private static final String STALE = INDEX + " is out of date, and the shards decide: %s";
  private static final String STRIPPED = "all tensors' names begin with %s, which is left out";

  /** What wrappers of models put before every name: torch.compile and data parallelism. */
  private static final List<String> WRAPPERS = List.of("_orig_mod.", "module.");

  private static final String ADAPTED = "base_model.model.";

  private final Path folder;
  private final List<SafetensorsFile> files;
  private final Map<String, Stored> tensors;

  /** A tensor under the name that its file has for it. */
  private record Stored(SafetensorsFile file, String name) {}

  private CheckpointWeights(Path folder, List<SafetensorsFile> files, Notes notes) {
    this.folder = folder;
    this.files = files;
    this.tensors = Collections.unmodifiableMap(unwrapped(folder, stored(files), notes));
  }

  /**
   * Opens and checks the weights of a folder; of one that has both forms, the single file, as
   * transformers does. Names are those in the files, without what wrappers put before all of them.
   *
   * @param notes gets what the index says and is not so, and the prefix that is left out
   * @throws SafetensorsException if they are not there, or not whole
   */
  public static CheckpointWeights open(Path folder, Notes notes) {
    Path single = folder.resolve(SINGLE);
    Path index = folder.resolve(INDEX);
    requirePresent(folder);
    try (var opened = new CloseStack()) {
      List<SafetensorsFile> files =
          Files.exists(single)
              ? List.of(opened.own(SafetensorsFile.open(single)))
              : openShards(folder, ShardIndex.read(index), opened, notes);
      var weights = new CheckpointWeights(folder, files, notes);
      opened.keep();
      return weights;
    }
  }

  /**
   * Looks for weights in a folder, and opens none.
   *
   * @throws SafetensorsException if there are none, saying what there is in their place
   */
  public static void requirePresent(Path folder) {
    if (!Files.exists(folder.resolve(SINGLE)) && !Files.exists(folder.resolve(INDEX))) {
      throw MissingWeights.in(folder);
    }
  }

  private static List<SafetensorsFile> openShards(
      Path folder, ShardIndex index, CloseStack opened, Notes notes) {
    List<SafetensorsFile> files = new ArrayList<>();
    for (String shard : new LinkedHashSet<>(index.shards().values())) {
      files.add(opened.own(openShard(folder, index, shard)));
    }
    compare(index, stored(files), notes);
    compareTotal(index, files, notes);
    return files;
  }

  private static SafetensorsFile openShard(Path folder, ShardIndex index, String shard) {
    Path file = folder.resolve(shard);
    if (!Files.exists(file)) {
      throw new SafetensorsException(
          index.file(), "names the shard " + shard + ", which is missing");
    }
    return SafetensorsFile.open(file);
  }

  private static Map<String, Stored> stored(List<SafetensorsFile> files) {
    Map<String, Stored> tensors = new LinkedHashMap<>();
    for (SafetensorsFile file : files) {
      for (String name : file.names()) {
        Stored other = tensors.put(name, new Stored(file, name));
        if (other != null) {
          throw new SafetensorsException(
              file.path(),
              "tensor '%s' is in %s as well"
                  .formatted(Quoted.part(name), other.file.path().getFileName()));
        }
      }
    }
    return tensors;
  }

  private static void compare(ShardIndex index, Map<String, Stored> tensors, Notes notes) {
    index
        .shards()
        .forEach((name, shard) -> {
          Stored stored = tensors.get(name);
          if (stored == null || !shard.equals(stored.file.path().getFileName().toString())) {
            notes.add(
                STALE,
                "%s is in %s"
                    .formatted(
                        Quoted.part(name),
                        stored == null ? "no shard" : stored.file.path().getFileName()));
          }
        });
    tensors.keySet().stream()
        .filter(name -> !index.shards().containsKey(name))
        .forEach(name -> notes.add(STALE, Quoted.part(name) + " is not listed"));
  }

  private static void compareTotal(ShardIndex index, List<SafetensorsFile> files, Notes notes) {
    if (index.totalBytes().isEmpty()) {
      return;
    }
    long bytes = 0;
    for (SafetensorsFile file : files) {
      for (String name : file.names()) {
        bytes = Math.addExact(bytes, file.size(name) * file.type(name).byteSize());
      }
    }
    String said = index.totalBytes().get();
    if (!said.equals(Long.toString(bytes))) {
      notes.add(STALE, "total_size is %s, not %s".formatted(bytes, Quoted.part(said)));
    }
  }

  private static Map<String, Stored> unwrapped(
      Path folder, Map<String, Stored> tensors, Notes notes) {
    if (allBegin(tensors, ADAPTED)) {
      throw new SafetensorsException(
          folder,
          "all tensors' names begin with %s: PEFT saved this model with its adapter; %s"
              .formatted(ADAPTED, MissingWeights.merge()));
    }
    for (String wrapper : WRAPPERS) {
      if (allBegin(tensors, wrapper)) {
        notes.add(STRIPPED, wrapper);
        Map<String, Stored> bare = new LinkedHashMap<>();
        tensors.forEach((name, stored) -> bare.put(name.substring(wrapper.length()), stored));
        return unwrapped(folder, bare, notes);
      }
    }
    return tensors;
  }

  private static boolean allBegin(Map<String, Stored> tensors, String prefix) {
    return !tensors.isEmpty() && tensors.keySet().stream().allMatch(n -> n.startsWith(prefix));
  }

  public Path folder() {
    return folder;
  }

  /** Names of the tensors, file by file, in the order of their headers. */
  public Set<String> names() {
    return tensors.keySet();
  }

  /** Whether there is a tensor of that name. */
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /**
   * The file that holds a tensor, for messages.
   *
   * @throws SafetensorsException if none does; so do all that follow
   */
  public Path file(String name) {
    return stored(name).file.path();
  }

  /** Extents of a tensor; empty for a scalar. */
  public List<Long> shape(String name) {
    return stored(name).file.shape(stored(name).name);
  }

  /** Element type of a tensor. */
  public SafetensorsType type(String name) {
    return stored(name).file.type(stored(name).name);
  }

  /** Number of elements of a tensor. */
  public long size(String name) {
    return stored(name).file.size(stored(name).name);
  }

  /** Whether two real tensors have the same shape and the same values. */
  public boolean sameValues(String name, String other) {
    if (!shape(name).equals(shape(other))) {
      return false;
    }
    for (long from = 0; from < size(name); from += COMPARED_AT_ONCE) {
      int count = (int) Math.min(COMPARED_AT_ONCE, size(name) - from);
      if (!Arrays.equals(doubles(name, from, count), doubles(other, from, count))) {
        return false;
      }
    }
    return true;
  }

  private double[] doubles(String name, long from, int count) {
    return stored(name).file.doubles(stored(name).name, from, count);
  }

  /** Copies a real tensor to a backend; see {@link SafetensorsFile#readInto}. */
  public void readInto(String name, Backend backend, Tensor to) {
    stored(name).file.readInto(stored(name).name, backend, to);
  }

  /** Copies a matrix's transpose; see {@link SafetensorsFile#readTransposedInto}. */
  public void readTransposedInto(String name, Backend backend, Tensor to) {
    stored(name).file.readTransposedInto(stored(name).name, backend, to);
  }

  /** Copies rows of a matrix; see {@link SafetensorsFile#readRowsInto}. */
  public void readRowsInto(String name, int[] rows, Backend backend, Tensor to) {
    stored(name).file.readRowsInto(stored(name).name, rows, backend, to);
  }

  private Stored stored(String name) {
    Stored stored = tensors.get(name);
    if (stored == null) {
      throw new SafetensorsException(
          files.size() == 1 ? files.getFirst().path() : folder.resolve(INDEX),
          "tensor '" + Quoted.part(name) + "' is missing");
    }
    return stored;
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
