package dev.gatun.natives;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Optional;

/** What opens libraries: the dynamic linker, or in tests what stands for it. */
public interface LibraryOpener {
  /**
   * What opening a library came to.
   *
   * @param symbols the library's symbols, empty if it could not be opened
   * @param words the explanation in one line, empty if it was opened
   */
  record Opened(Optional<SymbolLookup> symbols, String words) {}

  /** Opens a library by path or by name. */
  Opened open(String library);

  /** The file that holds the function at {@code address}, empty if nobody can tell. */
  Optional<Path> fileOf(MemorySegment address);
}
