package dev.gatun.io;

/** Files that git-lfs has not fetched: a few lines of text stand in place of the contents. */
public final class GitLfs {
  /** What is wrong with such a file, and how to fix it. */
  public static final String PROBLEM =
      "this is a git-lfs pointer and not the file itself; run `git lfs pull` in its folder";

  private GitLfs() {}

  /** Whether a file that begins with this text is one. */
  public static boolean isPointer(String start) {
    return start.startsWith("version https://git-lfs");
  }
}
