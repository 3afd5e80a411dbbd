package dev.gatun.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * The disk of a process that is killed after some operations: later ones are not done. Half of a
 * write is an operation. Nothing is waited for, because a kill takes nothing from the machine.
 */
public final class DyingDisk implements Disk {
  /** The disk of a process that lives. */
  public static final Disk LIVING = new DyingDisk(Integer.MAX_VALUE);

  private int left;

  /** The end of the process. */
  public static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  /** Makes the disk of a process that is killed after this many operations. */
  public DyingDisk(int operations) {
    this.left = operations;
  }

  private void step() {
    if (--left < 0) {
      throw new Killed();
    }
  }

  @Override
  public WritableByteChannel create(Path file) throws IOException {
    step();
    WritableByteChannel channel = Disk.super.create(file);
    return new WritableByteChannel() {
      @Override
      public int write(ByteBuffer bytes) throws IOException {
        int half = bytes.remaining() / 2;
        step();
        int written = channel.write(bytes.slice(bytes.position(), half));
        bytes.position(bytes.position() + written);
        step();
        return written + channel.write(bytes);
      }

      @Override
      public boolean isOpen() {
        return channel.isOpen();
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    step();
    Disk.super.createFolder(folder);
  }

  @Override
  public void force(Path file) {
    step();
  }

  @Override
  public void forceFolder(Path folder) {
    step();
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    step();
    Disk.super.rename(from, to);
  }

  @Override
  public void delete(Path path) throws IOException {
    step();
    Disk.super.delete(path);
  }
}
