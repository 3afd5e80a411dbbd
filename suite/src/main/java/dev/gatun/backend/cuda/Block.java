package dev.gatun.backend.cuda;

/** A piece of device memory as the driver gave it. */
record Block(long address, long bytes) {}
