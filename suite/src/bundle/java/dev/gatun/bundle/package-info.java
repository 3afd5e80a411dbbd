/** Puts together what runs on a machine with no JDK; used by the build alone. */
package dev.gatun.bundle;
