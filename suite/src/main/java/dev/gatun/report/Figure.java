package dev.gatun.report;

import dev.gatun.report.chart.Chart;

/**
 * A chart with its words.
 *
 * @param id unique in the page; letters, digits and hyphens
 * @param caption what is seen and how it was measured
 */
record Figure(String id, String title, String caption, Chart chart) {}
