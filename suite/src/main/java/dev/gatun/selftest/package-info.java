/**
 * Whether Gatun is right on this machine: runs its commands and its contract in processes of their
 * own, each with a limit, and writes a page of what came of it.
 */
package dev.gatun.selftest;
