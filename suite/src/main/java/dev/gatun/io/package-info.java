/**
 * Small things that several rooms share: files replaced as a whole, checksums and the lock of a
 * folder, resources, JSON and maps that keep their order, and "did you mean".
 */
package dev.gatun.io;
