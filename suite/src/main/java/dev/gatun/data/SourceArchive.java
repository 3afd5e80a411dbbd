package dev.gatun.data;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Java files by name, as a JDK's {@code src.zip} holds them. */
sealed interface SourceArchive extends Closeable permits SourceZip, TokenZip {
  /** Names of the files, in any order. */
  List<String> names();

  /** Length of a file in UTF-8. */
  long bytes(String name) throws IOException;

  /** A file's text. */
  String text(String name) throws IOException;
}
