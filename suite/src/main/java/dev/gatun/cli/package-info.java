/** The {@code gatun} command: options, tables, progress and exit codes. */
package dev.gatun.cli;
