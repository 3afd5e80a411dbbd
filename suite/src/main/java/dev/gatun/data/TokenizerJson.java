package dev.gatun.data;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.gatun.io.GitLfs;
import dev.gatun.natives.NativeLibraryException;
import dev.gatun.natives.tokenizers.TokenizersLibraryFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The tokenizer that a checkpoint comes with, {@code tokenizer.json}, as Hugging Face's own library
 * runs it. {@link #encode} adds no special token, and nothing is cut or padded, whatever the file
 * asks for; a special token that is written out in the text is recognised.
 */
public final class TokenizerJson implements Tokenizer, AutoCloseable {
  /** The file's name in the folder of a checkpoint. */
  public static final String FILE = "tokenizer.json";

  private static final long LARGEST_BYTES = 256L << 20;

  /** What tokenizers of earlier days are stored as, which transformers converts. */
  private static final List<String> OLDER_FILES =
      List.of("vocab.json", "merges.txt", "vocab.txt", "tokenizer.model", "spiece.model");

  /** A text whose tokens are told from what is put before them. */
  private static final String PROBE = "the end";

  private static final String GIVE = "give token ids with --tokens <file.safetensors>";
  private static final String CONVERT =
      "make one of the tokenizer's other files with transformers: python -c \"from transformers"
          + " import AutoTokenizer as T; T.from_pretrained('%1$s').save_pretrained('%1$s')\"; or "
          + GIVE;

  private final Path file;
  private final int vocabulary;
  private final String version;
  private final long handle;

  /** Read by those who use the handle, written by who frees it. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  private boolean closed;

  private TokenizerJson(Path file, int vocabulary, String version, long handle) {
    this.file = file;
    this.vocabulary = vocabulary;
    this.version = version;
    this.handle = handle;
  }

  /**
   * Reads the tokenizer of a checkpoint.
   *
   * @param folder of the checkpoint
   * @param vocabulary V of the model, which may be more than the tokenizer has
   * @throws UnusableCorpusException if the folder has none, it cannot be read, or this platform has
   *     no library for it
   */
  public static TokenizerJson of(Path folder, int vocabulary) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      throw new UnusableCorpusException(
          "%s has no %s to cut a text with; %s"
              .formatted(folder, FILE, canBeConverted(folder) ? CONVERT.formatted(folder) : GIVE));
    }
    try {
      String text = text(file);
      if (GitLfs.isPointer(text)) {
        throw new UnusableCorpusException(file + ": " + GitLfs.PROBLEM);
      }
      String version = TokenizersLibraryFile.load();
      long handle = TokenizersLibrary.LIB.createTokenizerFromString(text);
      TokenizersLibrary.LIB.disableTruncation(handle);
      TokenizersLibrary.LIB.disablePadding(handle);
      return new TokenizerJson(file, vocabulary, version, handle);
    } catch (NativeLibraryException e) {
      throw new UnusableCorpusException(e.getMessage() + "; " + GIVE, e);
    } catch (IOException e) {
      throw new UnusableCorpusException("cannot read " + file + ": " + e.getMessage(), e);
    } catch (UnusableCorpusException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new UnusableCorpusException(
          "%s is no tokenizer that Hugging Face's library %s reads: %s"
              .formatted(file, TokenizersLibraryFile.load(), firstLine(e)),
          e);
    }
  }

  private static boolean canBeConverted(Path folder) {
    return OLDER_FILES.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  private static String text(Path file) throws IOException {
    if (Files.size(file) > LARGEST_BYTES) {
      throw new IOException("it is larger than 256 MiB");
    }
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new IOException("it is not UTF-8", e);
    }
  }

  private static String firstLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  /** The file that it was read from. */
  public Path file() {
    return file;
  }

  @Override
  public String name() {
    return FILE + " by Hugging Face tokenizers " + version;
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  /**
   * {@inheritDoc}
   *
   * @throws UnusableCorpusException if the tokenizer gives an id that the model does not have
   */
  @Override
  public int[] encode(String text) {
    // By way of UTF-8, which has no unpaired surrogates: the library refuses them.
    String whole = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    lock.readLock().lock();
    try {
      long[] ids = ids(whole, false);
      for (long id : ids) {
        if (id < 0 || id >= vocabulary) {
          throw new UnusableCorpusException(
              "%s gives token %s, and the model's vocabulary is %s; is it another model's?"
                  .formatted(file, id, vocabulary));
        }
      }
      return Arrays.stream(ids).mapToInt(Math::toIntExact).toArray();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** The tokens that the file's post-processor puts before a text; mostly one, or none. */
  public int[] precedingTokens() {
    lock.readLock().lock();
    try {
      long[] text = ids(PROBE, false);
      long[] processed = ids(PROBE, true);
      int from = 0;
      while (from < processed.length - text.length
          && !Arrays.equals(processed, from, from + text.length, text, 0, text.length)) {
        from++;
      }
      return Arrays.stream(processed, 0, from).mapToInt(Math::toIntExact).toArray();
    } finally {
      lock.readLock().unlock();
    }
  }

  private long[] ids(String text, boolean processed) {
    requireOpen();
    long encoding;
    try {
      encoding = TokenizersLibrary.LIB.encode(handle, text, processed);
    } catch (RuntimeException e) {
      throw new UnusableCorpusException(
          "%s cannot cut this text: %s; correct its \"model\", or give token ids with --tokens <file.safetensors>"
              .formatted(file, firstLine(e)),
          e);
    }
    try {
      return TokenizersLibrary.LIB.getTokenIds(encoding);
    } finally {
      TokenizersLibrary.LIB.deleteEncoding(encoding);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(file + " is closed");
    }
  }

  @Override
  public String decode(int[] ids) {
    for (int id : ids) {
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException("id " + id + " is not one of " + file);
      }
    }
    lock.readLock().lock();
    try {
      requireOpen();
      return TokenizersLibrary.LIB.decode(
          handle, Arrays.stream(ids).asLongStream().toArray(), false);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Waits for those who are using it: of parallel work that failed, a part may still run. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        TokenizersLibrary.LIB.deleteTokenizer(handle);
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
