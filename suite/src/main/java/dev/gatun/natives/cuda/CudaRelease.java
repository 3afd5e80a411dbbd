package dev.gatun.natives.cuda;

/** The major releases of CUDA that Gatun can use, the newest first. Libraries of two never mix. */
enum CudaRelease {
  CUDA_13(13, 580),
  CUDA_12(12, 525);

  private final int major;
  private final int oldestDriver;

  CudaRelease(int major, int oldestDriver) {
    this.major = major;
    this.oldestDriver = oldestDriver;
  }

  int major() {
    return major;
  }

  /** Whether a driver that states this version, such as {@code 12.4}, runs this release. */
  boolean runsOn(String driverVersion) {
    return Integer.parseInt(driverVersion.substring(0, driverVersion.indexOf('.'))) >= major;
  }

  /** The oldest driver, as a message names it. */
  String neededDriver() {
    return "%s.0 or newer (NVIDIA driver %s or newer)".formatted(major, oldestDriver);
  }

  @Override
  public String toString() {
    return "CUDA " + major;
  }
}
