package dev.gatun.io;

import java.nio.file.Path;

/** Another process writes into a folder; the one-line message says which. */
public final class FolderInUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Names the folder and its holder.
   *
   * @param holder as the lock's file says it; empty if it is about to end
   */
  FolderInUseException(Path folder, String holder) {
    super(
        "%s is in use by %s: wait for it to end, or choose another folder"
            .formatted(folder, holder.isBlank() ? "another process" : holder.strip()));
  }
}
