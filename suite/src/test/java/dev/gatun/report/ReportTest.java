package dev.gatun.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.results.ClaimVerdict;
import dev.gatun.results.Evidence;
import dev.gatun.results.EvidenceBuilder;
import dev.gatun.results.ExpectedClaim;
import dev.gatun.results.ExpectedValues;
import dev.gatun.results.Grade;
import dev.gatun.results.Judgement;
import dev.gatun.results.Metric;
import dev.gatun.results.Outcome;
import dev.gatun.results.Provenance;
import dev.gatun.results.Run;
import dev.gatun.results.RunRecorder;
import dev.gatun.results.Tolerances;
import dev.gatun.results.Verdict;
import dev.gatun.results.Wording;
import dev.gatun.results.comparison.Comparison;
import dev.gatun.results.comparison.Machine;
import dev.gatun.results.comparison.Regression;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** What a reader finds in the report, on made-up evidence (seed {@link SyntheticReport#SEED}). */
class ReportTest {
  private static final String HOSTILE = "<script>alert('x')</script>&\"\u0000\u001b]]>";

  private static String html;
  private static Document page;

  @BeforeAll
  static void writeOnce() throws Exception {
    html = SyntheticReport.html();
    page = parse(html);
  }

  private static Document parse(String html) throws Exception {
    var factory = DocumentBuilderFactory.newInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    return factory.newDocumentBuilder().parse(new InputSource(new StringReader(html)));
  }

  private static List<Element> elements(Document document, String tag) {
    NodeList nodes = document.getElementsByTagName(tag);
    var elements = new ArrayList<Element>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  private static Element byId(Document document, String id) {
    return elements(document, "*").stream()
        .filter(e -> e.getAttribute("id").equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no element has the id " + id));
  }

  @Test
  void everyVerdictShowsItsNumbersItsSourceAndItsReason() {
    ExpectedValues expected = SyntheticReport.expected();
    Map<String, String> sections = new HashMap<>();
    for (Verdict v : SyntheticReport.verdicts()) {
      String section =
          sections.computeIfAbsent(
              v.claim(), claim -> byId(page, "claim-" + Html.id(claim)).getTextContent());
      assertTrue(section.contains(v.check()), () -> v + " is not in its section");
      assertTrue(section.contains(Mark.of(v.outcome()).words()), v::toString);
      assertTrue(section.contains(Expectation.bounds(v, Expectation.of(v, expected))), v::toString);
      assertTrue(section.contains(Grades.word(v.grade())), v::toString);
      assertTrue(squeezed(section).contains(squeezed(v.source())), v::toString);
      assertTrue(section.contains(v.reason().substring(1)), v::toString);
      if (Double.isFinite(v.nullValue())) {
        assertTrue(section.contains(Numbers.format(v.nullValue())), v::toString);
        assertTrue(section.contains(v.nullName()), v::toString);
      }
    }
  }

  /** Without spaces and colons: a link writes arXiv numbers in one way. */
  private static String squeezed(String text) {
    return text.replaceAll("[ :]", "");
  }

  @Test
  void everyClaimHasItsSentenceFormulaAndVerdict() {
    for (ExpectedClaim claim : SyntheticReport.expected().claims()) {
      String section = byId(page, "claim-" + Html.id(claim.claim())).getTextContent();
      assertTrue(section.contains(claim.title()), claim::claim);
      assertTrue(section.contains(claim.statement()), claim::claim);
      assertTrue(section.contains(claim.formula().substring(0, 3)), claim::claim);
    }
  }

  @Test
  void everyArmStandsBesideItsOwnNull() {
    Element section = byId(page, "claim-a1");
    NodeList rows = section.getElementsByTagName("tr");
    var arms = new ArrayList<String>();
    for (int i = 0; i < rows.getLength(); i++) {
      String row = rows.item(i).getTextContent();
      if (row.startsWith("d64")) {
        arms.add(row);
      }
    }
    String unrelated = Numbers.format(Math.sqrt(1 - 64.0 / 1024));
    assertEquals(1, arms.stream().filter(r -> r.contains(unrelated)).count(), arms::toString);
  }

  /** What holds by algebra does not add to what was reproduced. */
  @Test
  void summaryCountsClaimsWordByWord() {
    List<Verdict> verdicts = SyntheticReport.verdicts();
    List<ExpectedClaim> claims = SyntheticReport.expected().claims();
    long judged =
        claims.stream()
            .filter(c -> ClaimVerdict.of(c, verdicts).outcome() != Outcome.SKIPPED)
            .count();
    assertEquals(judged + " claims judged", elements(page, "h1").getFirst().getTextContent());
    String tallies =
        elements(page, "ul").stream()
            .filter(e -> e.getAttribute("class").equals("tallies"))
            .findFirst()
            .orElseThrow()
            .getTextContent();
    for (Outcome outcome : Outcome.values()) {
      long count =
          claims.stream().filter(c -> ClaimVerdict.of(c, verdicts).outcome() == outcome).count();
      assertTrue(tallies.contains(count + Wording.of(outcome)), tallies);
    }
  }

  @Test
  void skippedIsNeverShownAsReproduced() {
    Element section = byId(page, "claim-" + Html.id(SyntheticReport.NOT_RUN));
    assertEquals("claim skipped", section.getAttribute("class"));
    NodeList inside = section.getElementsByTagName("*");
    for (int i = 0; i < inside.getLength(); i++) {
      String style = ((Element) inside.item(i)).getAttribute("class");
      assertFalse(style.contains("reproduced"), style);
    }
    String css = elements(page, "style").getFirst().getTextContent();
    assertTrue(css.contains(".skipped {\n  --outcome: var(--skipped);"), "style of skipped");
  }

  @Test
  void loadsNothing() {
    for (String tag : List.of("script", "link", "img", "iframe", "object", "use", "image")) {
      assertEquals(List.of(), elements(page, tag), tag);
    }
    for (Element e : elements(page, "*")) {
      assertFalse(e.hasAttribute("src"), e::getTagName);
      assertTrue(e.getTagName().equals("a") || !e.hasAttribute("href"), e::getTagName);
    }
    assertFalse(html.contains("@import"), "import in the style");
    var references = Pattern.compile("url\\(([^)]*)\\)").matcher(html);
    while (references.find()) {
      assertTrue(references.group(1).startsWith("#"), references.group());
    }
  }

  @Test
  void idsAreUniqueAndLinksInsideThePageHaveTargets() {
    var ids = new HashSet<String>();
    for (Element e : elements(page, "*")) {
      String id = e.getAttribute("id");
      assertTrue(id.isEmpty() || ids.add(id), () -> "twice: " + id);
    }
    for (Element a : elements(page, "a")) {
      String target = a.getAttribute("href");
      assertTrue(!target.startsWith("#") || ids.contains(target.substring(1)), target);
    }
  }

  @Test
  void everyFigureHasWordsAndData() {
    List<Element> figures = elements(page, "figure");
    for (String figure :
        List.of(
            "figure-destroyed-norm",
            "figure-spectra-a2-d64-seed7",
            "figure-batch-rank",
            "figure-step-loss",
            "figure-component-energy",
            "figure-spamlang-coverage",
            "figure-spamlang-rates",
            "figure-spamlang-widths",
            "figure-constructed-head",
            "figure-training",
            "figure-scaling-law",
            "figure-perplexity-ratio",
            "figure-anisotropy-training",
            "figure-anisotropy-layers",
            "figure-anisotropy-width",
            "figure-singular-entropy",
            "figure-singular-entropy-common",
            "figure-singular-values-d16")) {
      byId(page, figure);
    }
    for (Element figure : figures) {
      String id = figure.getAttribute("id");
      assertEquals(1, figure.getElementsByTagName("figcaption").getLength(), id);
      var svg = (Element) figure.getElementsByTagName("svg").item(0);
      assertEquals("img", svg.getAttribute("role"), id);
      assertFalse(svg.getAttribute("aria-label").isBlank(), id);
      assertFalse(svg.getAttribute("viewBox").isBlank(), id);
      assertFalse(svg.getTextContent().contains("NaN"), id);
    }
  }

  @Test
  void everyPointOfAFigureStandsInTheFileBesideThePage(@TempDir Path folder) throws Exception {
    Report.write(
        folder.resolve("page.html"),
        SyntheticReport.evidence(),
        SyntheticReport.verdicts(),
        SyntheticReport.expected());
    List<String> rows = Files.readAllLines(folder.resolve("page.csv"));
    assertEquals("figure,series,x,y,low,high", rows.getFirst());
    Document written = parse(Files.readString(folder.resolve("page.html")));
    for (Element figure : elements(written, "figure")) {
      String id = figure.getAttribute("id");
      long points = rows.stream().filter(row -> row.startsWith(id + ",")).count();
      boolean isCopy = !id.startsWith("figure-");
      assertTrue(points > 0 || isCopy, id);
      assertTrue(isCopy || figure.getTextContent().contains(": " + points + " rows"), id);
    }
    for (Element a : elements(written, "a")) {
      String target = a.getAttribute("href");
      assertTrue(
          target.startsWith("#") || target.startsWith("https://") || target.equals("page.csv"),
          target);
    }
  }

  @Test
  void aClaimThatWasNotMeasuredDoesNotCountAsJudged() throws Exception {
    ExpectedValues expected = SyntheticReport.expected().only(List.of("B5", "C1"));
    List<Verdict> verdicts =
        List.of(of("B5", "penalty_share_2", Outcome.UNDECIDED, 0.1, 0.17, 0.2));
    Document written = parse(Report.html(SyntheticReport.evidence(), verdicts, expected));
    assertEquals("1 claim judged", elements(written, "h1").getFirst().getTextContent());
  }

  @Test
  void theFirstScreenSaysWhatWasNotDecidedAndWhy() throws Exception {
    ExpectedValues expected = SyntheticReport.expected().only(List.of("B5", "C1"));
    List<Verdict> verdicts =
        List.of(
            of("B5", "penalty_share_2", Outcome.UNDECIDED, 0.1, 0.17, 0.2),
            of("C1", "backward", Outcome.UNDECIDED, 0.1, 0.17, 0.2));
    Document written = parse(Report.html(SyntheticReport.evidence(), verdicts, expected));
    String first = elements(written, "header").getFirst().getTextContent();
    assertTrue(first.contains("B5penalty_share_2 is inside what is expected"), first);
    assertTrue(first.contains("C1needs batches of 1,024 bytes"), first);
    assertTrue(
        elements(written, "title").getFirst().getTextContent().startsWith("Gatun: 2 claims judged"),
        "title");
  }

  @Test
  void aCheckThatDecidesNothingIsGreyAndFoldedUnderThoseThatDo() {
    for (Element check : elements(page, "article")) {
      boolean grey = check.getAttribute("class").equals("check skipped");
      assertTrue(grey || !check.getTextContent().contains("decides nothing here"), "grey");
      boolean folded = check.getParentNode().getParentNode().getNodeName().equals("details");
      assertEquals(grey, folded, check::getTextContent);
    }
  }

  @Test
  void figuresLeaveTheirColoursToThePage() {
    String css = elements(page, "style").getFirst().getTextContent();
    var used = Pattern.compile("var\\((--[a-z0-9-]+)\\)").matcher(html);
    while (used.find()) {
      assertTrue(css.contains("\n  " + used.group(1) + ":"), used.group(1));
    }
    for (Element figure : elements(page, "figure")) {
      var svg = (Element) figure.getElementsByTagName("svg").item(0);
      NodeList marks = svg.getElementsByTagName("*");
      for (int i = 0; i < marks.getLength(); i++) {
        String style = ((Element) marks.item(i)).getAttribute("style");
        assertFalse(style.contains("rgb("), () -> figure.getAttribute("id") + ": " + style);
      }
      assertFalse(svg.getTextContent().contains("rgb("), figure.getAttribute("id"));
    }
  }

  @Test
  void aFigureWithoutDataIsLeftOutAloud() throws Exception {
    var empty =
        new Evidence(SyntheticReport.evidence().provenance(), List.of(), List.of(), List.of());
    Document bare = parse(Report.html(empty, List.of(), SyntheticReport.expected()));
    assertEquals(List.of(), elements(bare, "figure"));
    assertTrue(byId(bare, "claim-a1").getTextContent().contains("Figure left out"));
    assertTrue(byId(bare, "claim-b1").getTextContent().contains("Figure left out"));
  }

  @Test
  void hostileTextStaysText() throws Exception {
    var provenance = new Provenance(Map.of(HOSTILE, HOSTILE));
    Evidence evidence = SyntheticReport.evidence();
    var hostile = new Evidence(provenance, evidence.runs(), evidence.metrics(), evidence.spectra());
    var verdict =
        new Verdict(
            HOSTILE,
            HOSTILE,
            HOSTILE,
            HOSTILE,
            Outcome.NOT_REPRODUCED,
            true,
            1,
            0,
            2,
            0,
            1,
            HOSTILE,
            0.5,
            HOSTILE,
            Verdict.AgainstNull.NONE,
            HOSTILE,
            Grade.PRINTED,
            HOSTILE);
    var expected = new ExpectedValues(List.of(SyntheticReport.claim(HOSTILE, HOSTILE, HOSTILE)));
    String written = Report.html(hostile, List.of(verdict), expected);
    assertEquals(List.of(), elements(parse(written), "script"));
    assertFalse(written.contains("<script"), "a script element");
    assertTrue(written.contains("&lt;script&gt;"), "the text itself");
  }

  @Test
  void scriptsInNamesOfMetricsArmsMachinesAndFiguresStayText() throws Exception {
    String script = "<script>alert('x')</script>";
    var evidence = new EvidenceBuilder();
    RunRecorder run = evidence.begin(script, "A9", script, "quick", script, 1, "{}");
    for (long step : new long[] {0, 10}) {
      run.metric("destroyed_norm", step, 0.98, "1");
      run.metric(script, step, 1, "1");
    }
    run.finish(1);
    Evidence planted =
        evidence.build(new Provenance(Map.of(Provenance.CPU, script, Provenance.MATH_MODE, "f32")));
    List<Comparison> across =
        List.of(
            Comparison.of(
                new Machine(script, planted, List.of()),
                new Machine(script, planted, List.of()),
                Tolerances.shipped()));
    ExpectedValues expected =
        new ExpectedValues(List.of(SyntheticReport.claim("A9", script, script)));
    Document written =
        parse(
            Report.html(
                planted, List.of(), expected, new Report.Beside(across, List.of(), List.of())));
    assertEquals(List.of(), elements(written, "script"));
    for (String tag : List.of("h3", "td", "th", "dd", "span", "b", "code")) {
      assertTrue(
          elements(written, tag).stream().anyMatch(e -> e.getTextContent().contains(script)), tag);
    }
  }

  @Test
  void noTemplateTakesMarkupAsItIsButThatOfChartsAndTheStyleSheet() throws Exception {
    try (Stream<Path> templates = Files.list(Path.of("src", "main", "jte"))) {
      List<String> unsafe =
          templates
              .filter(template -> contains(template, "$unsafe"))
              .map(template -> template.getFileName().toString())
              .sorted()
              .toList();
      assertEquals(List.of("page.jte", "picture.jte"), unsafe);
    }
  }

  @Test
  void templatesInsideALineAddNoLineBreak() {
    String text = page.getDocumentElement().getTextContent();
    assertFalse(Pattern.compile("\\s[.,;]\\s").matcher(text).find(), "space before a full stop");
  }

  private static boolean contains(Path file, String text) {
    try {
      return Files.readString(file).contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void equalEvidenceGivesEqualBytes() {
    assertEquals(html, SyntheticReport.html());
  }

  @Test
  void theLocaleOfTheMachineChangesNothing() {
    Evidence evidence = SyntheticReport.evidence();
    List<Verdict> verdicts = SyntheticReport.verdicts();
    ExpectedValues expected = SyntheticReport.expected();
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertEquals(html, Report.html(evidence, verdicts, expected));
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aMeasurementThatContainsItsNullIsCalledIndistinguishable() throws Exception {
    String claim = "A1";
    ExpectedValues expected = SyntheticReport.expected().only(List.of(claim));
    for (double nullValue : new double[] {0.981, 0.99}) {
      var verdict =
          new Verdict(
              claim,
              "destroyed_norm",
              "quick",
              "",
              Outcome.REPRODUCED,
              true,
              0.98,
              0.978,
              0.982,
              0.945,
              0.995,
              "1",
              nullValue,
              "destroyed_norm_unrelated",
              new Verdict.AgainstNull(0.978 - nullValue, 0.982 - nullValue, 0),
              "arXiv 2603.10145",
              Grade.PRINTED,
              "inside what is expected");
      Document written = parse(Report.html(SyntheticReport.evidence(), List.of(verdict), expected));
      assertEquals(
          nullValue < 0.982,
          byId(written, "claim-a1").getTextContent().contains("it cannot be told from its null"));
    }
  }

  /** Of one claim, in a report whose evidence is made up for the checks of it. */
  private static Verdict of(String claim, String check, Outcome outcome, double... interval) {
    return new Verdict(
        claim,
        check,
        "quick",
        "",
        outcome,
        true,
        interval[1],
        interval[0],
        interval[2],
        0,
        1,
        "1",
        Double.NaN,
        "",
        Verdict.AgainstNull.NONE,
        "source",
        Grade.IDENTITY,
        "inside what is expected");
  }

  @Test
  void aContradictionStandsOnTheBadgeInTheAbstractAndInTheArgument() throws Exception {
    ExpectedValues expected = SyntheticReport.expected().only(List.of("A6"));
    for (boolean contradicted : new boolean[] {true, false}) {
      List<Verdict> verdicts =
          List.of(
              of("A6", "largest_not_learned", Outcome.AS_ITS_NULL, 0.2, 0.31, 0.4),
              contradicted
                  ? of("A6", "cause", Outcome.NOT_REPRODUCED, 0.98, 0.9871, 0.99)
                  : of("A6", "cause", Outcome.REPRODUCED, 0.2, 0.31, 0.4));
      Document written = parse(Report.html(SyntheticReport.evidence(), verdicts, expected));
      String claim = byId(written, "claim-a6").getTextContent();
      String paper = byId(written, "paper-a").getTextContent();
      assertTrue(claim.contains("the number is as its null"), claim);
      assertEquals(contradicted, claim.contains("The cause that the paper gives is contradicted"));
      assertEquals(contradicted, paper.contains("0.987"), "the number itself, as measured");
      assertTrue(paper.contains(contradicted ? "Not reproduced: A6." : "As its null: A6."), paper);
      assertEquals(!contradicted, claim.contains("Recorded: not reproduced. It is not so here."));
    }
  }

  @Test
  void changedMetricsStandApartFromVerdicts() throws Exception {
    Evidence evidence = SyntheticReport.evidence();
    List<Metric> metrics =
        evidence.metrics().stream()
            .map(m ->
                m.name().equals("destroyed_norm_unrelated")
                    ? new Metric(m.run(), m.claim(), m.name(), m.step(), 0.5, 0, m.unit())
                    : m)
            .toList();
    var now = new Evidence(evidence.provenance(), evidence.runs(), metrics, evidence.spectra());
    Regression regression =
        Regression.of(
                new Machine("stored", evidence, List.of()),
                new Machine("now", now, List.of()),
                Tolerances.shipped())
            .orElseThrow();
    Document written =
        parse(
            Report.html(
                now,
                SyntheticReport.verdicts(),
                SyntheticReport.expected(),
                new Report.Beside(List.of(), List.of(regression), List.of())));
    String text = byId(written, "regressions").getTextContent();
    assertTrue(text.contains("Beside stored: "), text);
    assertTrue(text.contains("A1 destroyed_norm_unrelated at "), text);
  }

  @Test
  void theHighestTierWithEvidenceSpeaksForAClaim() throws Exception {
    Machine desk = narrowAtTheDesk();
    Evidence quick = SyntheticReport.evidence();
    Document written =
        parse(
            Report.html(
                quick,
                SyntheticReport.verdicts(),
                SyntheticReport.expected(),
                new Report.Beside(List.of(), List.of(), List.of(desk))));
    String head = written.getElementsByTagName("header").item(0).getTextContent();
    assertTrue(head.contains("A1 (desk)"), head);
    assertTrue(head.contains("quick; A1 (desk)"), head);
    assertFalse(head.contains("A2 ("), head);
    String paper = byId(written, "paper-a").getTextContent();
    assertTrue(paper.contains("Not reproduced: A1 (desk)"), paper);
    assertTrue(paper.contains("Not reproduced (desk)"), paper);
    String claim = byId(written, "claim-a1").getTextContent();
    assertTrue(claim.contains("At the desk tier (office): not reproduced."), claim);
    String here = "At the quick tier (here): %s.".formatted(atQuick("A1"));
    assertTrue(claim.contains(here), claim);
    String other = claim.substring(claim.indexOf("Checks at the desk tier (office)"));
    assertTrue(other.contains("0.5000"), other);
    assertFalse(byId(written, "claim-a2").getTextContent().contains("At the quick tier"));
  }

  @Test
  void aLowerTierSpeaksOnlyForClaimsThatTheHigherOneLacks() throws Exception {
    Machine desk = narrowAtTheDesk();
    var quick = new Machine("quick", SyntheticReport.evidence(), SyntheticReport.verdicts());
    Document written =
        parse(
            Report.html(
                desk.evidence(),
                desk.verdicts(),
                SyntheticReport.expected(),
                new Report.Beside(List.of(), List.of(), List.of(quick))));
    String head = written.getElementsByTagName("header").item(0).getTextContent();
    assertFalse(head.contains("A1 ("), head);
    assertTrue(head.contains("A2 (quick)"), head);
    String claim = byId(written, "claim-a1").getTextContent();
    String there = "At the quick tier (quick): %s.".formatted(atQuick("A1"));
    assertTrue(claim.contains(there), claim);
  }

  private static String atQuick(String claim) {
    ExpectedClaim of = SyntheticReport.expected().of(claim);
    return Wording.of(ClaimVerdict.of(of, SyntheticReport.verdicts()).outcome());
  }

  /** A1 alone, at the desk tier, with a head that destroys half of the norm. */
  private static Machine narrowAtTheDesk() {
    Evidence quick = SyntheticReport.evidence().ofClaims(List.of("A1"));
    List<Run> runs =
        quick.runs().stream()
            .map(r ->
                new Run(
                    r.id(),
                    r.claim(),
                    r.arm(),
                    "desk",
                    r.device(),
                    r.seed(),
                    r.configuration(),
                    r.wallSeconds()))
            .toList();
    List<Metric> metrics =
        quick.metrics().stream()
            .map(m ->
                m.name().equals("destroyed_norm")
                    ? new Metric(m.run(), m.claim(), m.name(), m.step(), 0.5, 0, m.unit())
                    : m)
            .toList();
    var desk = new Evidence(quick.provenance(), runs, metrics, quick.spectra());
    return new Machine("office", desk, Judgement.of(desk, SyntheticReport.expected()));
  }

  @Test
  void whatATierCannotDecideSaysWhatWould() throws Exception {
    ExpectedValues expected = SyntheticReport.expected().only(List.of("A7"));
    List<Verdict> verdicts = List.of(of("A7", "efficiency", Outcome.UNDECIDED, 0.1, 0.17, 0.2));
    Document written = parse(Report.html(SyntheticReport.evidence(), verdicts, expected));
    String claim = byId(written, "claim-a7").getTextContent();
    assertTrue(claim.contains("What would: 10 million tokens a run"), claim);
  }

  @Test
  void oddNamesAreNamed() {
    for (String odd : List.of("d", "dx16", "", "model")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> AnisotropyFigures.width(odd))
              .getMessage();
      assertTrue(message.contains("runs.arrow is '" + odd + "'"), message);
    }
    var evidence = new EvidenceBuilder();
    RunRecorder run = evidence.begin("run", "A4", "d32", "desk", "cpu", 1, "{}");
    String message =
        assertThrows(IllegalArgumentException.class, () -> run.metric("rank@many", 0, 1, "1"))
            .getMessage();
    assertTrue(message.contains("rank@many must have a number"), message);
  }

  @Test
  void writesTheFileAndReplacesAnOldOne(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("new").resolve("report.html");
    for (int i = 0; i < 2; i++) {
      Report.write(
          file, SyntheticReport.evidence(), SyntheticReport.verdicts(), SyntheticReport.expected());
      assertEquals(html, Files.readString(file));
    }
  }
}
