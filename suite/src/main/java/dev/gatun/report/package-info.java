/**
 * The report: evidence, verdicts and expected values as one self-contained HTML file. It reads
 * results and nothing else.
 */
package dev.gatun.report;
