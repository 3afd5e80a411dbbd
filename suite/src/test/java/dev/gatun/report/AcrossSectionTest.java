package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.Evidence;
import dev.gatun.results.Metric;
import dev.gatun.results.Provenance;
import dev.gatun.results.Tolerances;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Machine;
import java.io.StringReader;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The section that shows several machines side by side. */
class AcrossSectionTest {
  private static Machine machine(String name, Evidence evidence) {
    return new Machine(name, evidence, SyntheticReport.verdicts());
  }

  /** The synthetic evidence, computed elsewhere, a metric of it off by a factor. */
  private static Evidence elsewhere(String metric, double factor) {
    Evidence evidence = SyntheticReport.evidence();
    List<Metric> metrics =
        evidence.metrics().stream()
            .map(m ->
                m.name().equals(metric)
                    ? new Metric(
                        m.run(),
                        m.claim(),
                        m.name(),
                        m.step(),
                        m.value() * factor,
                        m.uncertainty(),
                        m.unit())
                    : m)
            .toList();
    Provenance provenance = evidence.provenance().with(Provenance.DEVICE, "NVIDIA <H100>");
    return new Evidence(provenance, evidence.runs(), metrics, evidence.spectra());
  }

  private static String html(Machine... others) {
    Machine first = machine("here", SyntheticReport.evidence());
    List<Comparison> comparisons =
        List.of(others).stream()
            .map(other -> Comparison.of(first, other, Tolerances.shipped()))
            .toList();
    return Report.html(
        first.evidence(),
        first.verdicts(),
        SyntheticReport.expected(),
        new Report.Beside(comparisons, List.of(), List.of()));
  }

  private static Document parse(String html) throws Exception {
    String xml = html.replaceFirst("<!DOCTYPE html>\\s*", "");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(xml)));
  }

  private static List<Element> elements(Document document, String name) {
    NodeList nodes = document.getElementsByTagName(name);
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
  }

  @Test
  void reportOfOneMachineHasNoSuchSection() {
    assertFalse(html().contains("Across hardware"));
    assertEquals(SyntheticReport.html(), html());
  }

  @Test
  void machinesAreColumnsOfWellFormedTables() throws Exception {
    Machine cuda = machine("h100", elsewhere("", 1));
    Machine other = machine("h200", elsewhere("", 1));
    Document document = parse(html(cuda, other));
    List<Element> tables =
        elements(document, "table").stream()
            .filter(t -> t.getAttribute("class").contains("across"))
            .toList();
    assertTrue(tables.size() > 1);
    for (Element table : tables) {
      NodeList heads = table.getElementsByTagName("thead").item(0).getFirstChild().getChildNodes();
      assertEquals(4, heads.getLength());
      assertEquals("here", heads.item(1).getTextContent());
      assertEquals("h200", heads.item(3).getTextContent());
    }
    assertTrue(tables.getFirst().getTextContent().contains("NVIDIA <H100>"));
  }

  @Test
  void whatDiffersIsOpenedAndNamed() throws Exception {
    Document document = parse(html(machine("h100", elsewhere("final_over_best", 1.01))));
    List<Element> open =
        elements(document, "details").stream().filter(d -> d.hasAttribute("open")).toList();
    assertEquals(1, open.size());
    String text = open.getFirst().getTextContent();
    assertTrue(text.contains("Differs"), text);
    assertTrue(text.contains("outside the tolerance"), text);
  }

  @Test
  void valuesOfARowAreThoseOfOnePlaceAlsoBesideAMachineThatLacksTheClaim() {
    Evidence evidence = SyntheticReport.evidence();
    Evidence part =
        new Evidence(
            evidence.provenance(),
            evidence.runs().stream().filter(r -> !r.claim().equals("B2")).toList(),
            evidence.metrics(),
            evidence.spectra());
    String alone = html(machine("h100", elsewhere("final_over_best", 1.01)));
    String beside =
        html(machine("h100", elsewhere("final_over_best", 1.01)), machine("part", part));
    String row = "<th scope=\"row\"><code>final_<wbr/>over_<wbr/>best</code>.*?</td>.*?</td>";
    assertEquals(first(alone, row), first(beside, row));
    assertTrue(beside.contains("B2 was not run on part"));
  }

  private static String first(String text, String pattern) {
    var matcher = Pattern.compile(pattern, Pattern.DOTALL).matcher(text);
    assertTrue(matcher.find(), pattern);
    return matcher.group();
  }
}
