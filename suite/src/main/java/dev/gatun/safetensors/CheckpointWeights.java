package dev.gatun.safetensors;

import dev.gatun.backend.Backend;
import dev.gatun.tensor.Tensor;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
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

  private final Path folder;
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsFile> holders;

  private CheckpointWeights(
      Path folder, List<SafetensorsFile> files, Map<String, SafetensorsFile> holders) {
    this.folder = folder;
    this.files = files;
    this.holders = Collections.unmodifiableMap(holders);
  }

  /**
   * Opens and checks the weights of a folder; of one that has both forms, the single file, as
   * transformers does.
   *
   * @throws SafetensorsException if they are not there, not whole, or not what the index says
   */
  public static CheckpointWeights open(Path folder) {
    Path single = folder.resolve(SINGLE);
    Path index = folder.resolve(INDEX);
    List<SafetensorsFile> files = new ArrayList<>();
    try {
      if (Files.exists(single) || !Files.exists(index)) {
        files.add(openSingle(folder, single));
        return new CheckpointWeights(folder, files, holders(files));
      }
      return openShards(folder, ShardIndex.read(index), files);
    } catch (RuntimeException e) {
      files.forEach(SafetensorsFile::close);
      throw e;
    }
  }

  private static SafetensorsFile openSingle(Path folder, Path single) {
    if (!Files.exists(single)) {
      throw new SafetensorsException(
          folder, "no checkpoint: it has neither " + SINGLE + " nor " + INDEX);
    }
    return SafetensorsFile.open(single);
  }

  private static CheckpointWeights openShards(
      Path folder, ShardIndex index, List<SafetensorsFile> files) {
    Map<String, SafetensorsFile> byName = new LinkedHashMap<>();
    for (String shard : index.shards().values()) {
      if (!byName.containsKey(shard)) {
        SafetensorsFile file = openShard(folder, index, shard);
        files.add(file);
        byName.put(shard, file);
      }
    }
    Map<String, SafetensorsFile> holders = holders(files);
    checkAgainst(index, holders, byName);
    checkTotal(index, files);
    return new CheckpointWeights(folder, files, holders);
  }

  private static SafetensorsFile openShard(Path folder, ShardIndex index, String shard) {
    Path file = folder.resolve(shard);
    if (!Files.exists(file)) {
      throw new SafetensorsException(
          index.file(), "names the shard " + shard + ", which is missing");
    }
    return SafetensorsFile.open(file);
  }

  private static Map<String, SafetensorsFile> holders(List<SafetensorsFile> files) {
    Map<String, SafetensorsFile> holders = new LinkedHashMap<>();
    for (SafetensorsFile file : files) {
      for (String name : file.names()) {
        SafetensorsFile other = holders.put(name, file);
        if (other != null) {
          throw new SafetensorsException(
              file.path(),
              "tensor '%s' is in %s as well"
                  .formatted(Quoted.part(name), other.path().getFileName()));
        }
      }
    }
    return holders;
  }

  private static void checkAgainst(
      ShardIndex index, Map<String, SafetensorsFile> holders, Map<String, SafetensorsFile> byName) {
    index
        .shards()
        .forEach((name, shard) -> {
          SafetensorsFile holder = holders.get(name);
          if (holder != byName.get(shard)) {
            throw new SafetensorsException(
                index.file(),
                "says that tensor '%s' is in %s, but it is in %s"
                    .formatted(
                        Quoted.part(name),
                        shard,
                        holder == null ? "no shard" : holder.path().getFileName()));
          }
        });
    holders.forEach((name, holder) -> {
      if (!index.shards().containsKey(name)) {
        throw new SafetensorsException(
            holder.path(),
            "tensor '%s' is not in %s".formatted(Quoted.part(name), index.file().getFileName()));
      }
    });
  }

  private static void checkTotal(ShardIndex index, List<SafetensorsFile> files) {
    long bytes = 0;
    for (SafetensorsFile file : files) {
      for (String name : file.names()) {
        bytes = Math.addExact(bytes, file.size(name) * file.type(name).byteSize());
      }
    }
    BigDecimal held = BigDecimal.valueOf(bytes);
    if (index.totalBytes().filter(total -> total.compareTo(held) != 0).isPresent()) {
      throw new SafetensorsException(
          index.file(),
          "metadata.total_size is %s, but the shards hold %s bytes of tensors"
              .formatted(Quoted.part(index.totalBytes().orElseThrow()), held));
    }
  }

  public Path folder() {
    return folder;
  }

  /** Names of the tensors, file by file, in the order of their headers. */
  public Set<String> names() {
    return holders.keySet();
  }

  /** Whether there is a tensor of that name. */
  public boolean contains(String name) {
    return holders.containsKey(name);
  }

  /**
   * The file that holds a tensor, for messages.
   *
   * @throws SafetensorsException if none does; so do all that follow
   */
  public Path file(String name) {
    return holder(name).path();
  }

  /** Extents of a tensor; empty for a scalar. */
  public List<Long> shape(String name) {
    return holder(name).shape(name);
  }

  /** Element type of a tensor. */
  public SafetensorsType type(String name) {
    return holder(name).type(name);
  }

  /** Number of elements of a tensor. */
  public long size(String name) {
    return holder(name).size(name);
  }

  /** Whether two real tensors have the same shape and the same values. */
  public boolean sameValues(String name, String other) {
    if (!shape(name).equals(shape(other))) {
      return false;
    }
    for (long from = 0; from < size(name); from += COMPARED_AT_ONCE) {
      int count = (int) Math.min(COMPARED_AT_ONCE, size(name) - from);
      double[] values = holder(name).doubles(name, from, count);
      if (!Arrays.equals(values, holder(other).doubles(other, from, count))) {
        return false;
      }
    }
    return true;
  }

  /** Copies a real tensor to a backend; see {@link SafetensorsFile#readInto}. */
  public void readInto(String name, Backend backend, Tensor to) {
    holder(name).readInto(name, backend, to);
  }

  /** Copies a matrix's transpose; see {@link SafetensorsFile#readTransposedInto}. */
  public void readTransposedInto(String name, Backend backend, Tensor to) {
    holder(name).readTransposedInto(name, backend, to);
  }

  /** Copies rows of a matrix; see {@link SafetensorsFile#readRowsInto}. */
  public void readRowsInto(String name, int[] rows, Backend backend, Tensor to) {
    holder(name).readRowsInto(name, rows, backend, to);
  }

  private SafetensorsFile holder(String name) {
    SafetensorsFile holder = holders.get(name);
    if (holder == null) {
      throw new SafetensorsException(
          files.size() == 1 ? files.getFirst().path() : folder.resolve(INDEX),
          "tensor '" + Quoted.part(name) + "' is missing");
    }
    return holder;
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
