/** Charts as inline SVG: what to draw, in the report's own terms, and JFreeChart to draw it. */
package dev.gatun.report.chart;
