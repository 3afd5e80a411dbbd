package dev.gatun.backend;

/**
 * How long the device took for one thing that it was told to do.
 *
 * @param name of the kernel; of a matrix product with its shape; or that of a copy
 */
public record LaunchTime(String name, double seconds) {}
