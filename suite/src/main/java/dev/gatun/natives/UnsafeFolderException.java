package dev.gatun.natives;

import java.io.IOException;

/** Other users can write into a folder of libraries; the message says how to fix it. */
final class UnsafeFolderException extends IOException {
  private static final long serialVersionUID = 1;

  UnsafeFolderException(String message) {
    super(message);
  }
}
