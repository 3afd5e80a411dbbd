/**
 * What all native libraries need: unpacking, opening and checking a library file, and exceptions
 * that say what is wrong in one line. Each family of libraries has a package of its own below. May
 * call the JDK only.
 */
package dev.gatun.natives;
