package dev.gatun.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Makes a corpus of documents as they were read. Licences at their beginning are left out, and so
 * are documents that are generated, mostly tables, or nearly copies of others; the rest is split
 * into whole documents to train on and to hold out, none of which is more than a hundredth of its
 * part. Where that would take more than half of the text, because documents are few, they stay
 * whole, and it says so.
 */
final class Treatment {
  /** The largest document's share of its part; below a hundredth, as tokens are not characters. */
  static final double LARGEST = 0.006;

  /** Characters of a document in escapes and numbers, above which it is a table. */
  private static final double MOST_IN_TABLES = 0.2;

  /** Shingles of a document that others have, above which it is a copy. */
  private static final double MOST_SHARED = 0.5;

  private static final int AT_ONCE = 256;

  /** Characters in which a file says that it is generated. */
  private static final int BEGINNING = 2000;

  private static final Pattern GENERATED =
      Pattern.compile(
          "(?i)\\bdo not (edit|modify)\\b|\\b(auto-?)?generated (by|from)\\b|@Generated\\(");

  /** Documents that were looked at and are to stay. */
  private record Document(String name, Corpus.Source source, int length) {
    Document cut(int to) {
      return new Document(name, () -> source.text().substring(0, to), to);
    }

    Corpus.File file() {
      return new Corpus.File(name, source);
    }
  }

  private record Look(Corpus.File file, String text, boolean generated, long[] shingles) {}

  private final String name;
  private final UnaryOperator<String> language;
  private final double heldOut;
  private final boolean inMemory;
  private final Shingles shingles = new Shingles();
  private final List<Document> documents = new ArrayList<>();
  private String beforehand = "";
  private int read;
  private int empty;
  private int generated;
  private int tables;
  private int copies;
  private int cuts;
  private boolean tooFew;

  /**
   * A treatment.
   *
   * @param language what of a document is text, licences apart
   * @param heldOut share of the characters to hold out
   * @param inMemory whether texts are kept; else they are read again whenever they are asked for
   */
  Treatment(String name, UnaryOperator<String> language, double heldOut, boolean inMemory) {
    this.name = name;
    this.language = language;
    this.heldOut = heldOut;
    this.inMemory = inMemory;
  }

  /** Says what was done to the documents before they came here. */
  Treatment saying(String words) {
    beforehand = words;
    return this;
  }

  /** Looks at documents, in the order of their names; of copies the first is kept. */
  Treatment add(List<Corpus.File> files) {
    read += files.size();
    List<Corpus.File> ordered =
        files.stream().sorted(Comparator.comparing(Corpus.File::name)).toList();
    for (int from = 0; from < ordered.size(); from += AT_ONCE) {
      List<Look> looks =
          ordered.subList(from, Math.min(ordered.size(), from + AT_ONCE)).parallelStream()
              .map(this::look)
              .toList();
      looks.stream().filter(this::isWanted).map(this::document).forEach(documents::add);
    }
    return this;
  }

  /**
   * The corpus of what was kept.
   *
   * @throws UnusableCorpusException if no text is left
   */
  Corpus corpus() {
    long all = documents.stream().mapToLong(Document::length).sum();
    if (all == 0) {
      throw new UnusableCorpusException(
          "the corpus %s holds no text in %s files (%s); give another file"
              .formatted(name, read, summary()));
    }
    long within = all;
    for (long before = 0; within != before; ) {
      before = within;
      within = charactersWithin(largest(1 - heldOut, before));
    }
    tooFew = within < all / 2;
    return split(tooFew ? all : within);
  }

  /** Characters of the largest document of a part. */
  private static int largest(double share, long all) {
    return Math.clamp((long) (LARGEST * share * all), 1, Integer.MAX_VALUE);
  }

  /** Characters of all documents if each is cut to so many. */
  private long charactersWithin(int most) {
    return documents.stream().mapToLong(document -> Math.min(document.length(), most)).sum();
  }

  private Corpus split(long all) {
    List<Document> drawn = new ArrayList<>(documents);
    TokenizedCorpus.shuffle(drawn, Randomness.of(0).stream("held-out documents").generator());
    long held = 0;
    int number = 0;
    List<Corpus.File> files = new ArrayList<>();
    for (Document document : drawn) {
      boolean isHeld = held < heldOut * all;
      Document whole =
          tooFew ? document : cut(document, largest(isHeld ? heldOut : 1 - heldOut, all));
      held += isHeld ? whole.length() : 0;
      number += isHeld ? 1 : 0;
      files.add(whole.file());
    }
    return Corpus.of(name, files, number, summary());
  }

  private Document cut(Document document, int most) {
    if (document.length() <= most) {
      return document;
    }
    cuts++;
    return document.cut(lineEnd(document.source().text(), most));
  }

  /** Behind the last line break, or within the line if that is longer; no character is halved. */
  private static int lineEnd(String text, int most) {
    int line = text.lastIndexOf('\n', most - 1) + 1;
    boolean halves = Character.isLowSurrogate(text.charAt(most)) && most > 1;
    return line > 0 ? line : halves ? most - 1 : most;
  }

  private String treated(String raw) {
    return language.apply(Licence.strip(raw));
  }

  private Look look(Corpus.File file) {
    String raw = file.text();
    String text = treated(raw);
    String beginning = raw.substring(0, Math.min(raw.length(), BEGINNING));
    boolean isGenerated = GENERATED.matcher(beginning).find();
    return new Look(file, text, isGenerated, Shingles.of(text));
  }

  private boolean isWanted(Look look) {
    if (look.text().isBlank()) {
      empty++;
    } else if (look.generated()) {
      generated++;
    } else if (Tables.share(look.text()) > MOST_IN_TABLES) {
      tables++;
    } else if (shingles.shareKnown(look.shingles()) > MOST_SHARED) {
      copies++;
    } else {
      shingles.add(look.shingles());
      return true;
    }
    return false;
  }

  private Document document(Look look) {
    String text = look.text();
    Corpus.Source again = () -> treated(look.file().text());
    return new Document(look.file().name(), inMemory ? () -> text : again, text.length());
  }

  private String summary() {
    var words = new StringJoiner(", ");
    if (!beforehand.isEmpty()) {
      words.add(beforehand);
    }
    add(words, empty, "without text");
    add(words, generated, "generated");
    add(words, tables, "tables of escapes or numbers");
    add(words, copies, "near-copies");
    add(words, cuts, "cut to 1 % of their part");
    if (tooFew) {
      words.add("too few documents to keep each below 1 % of its part");
    }
    return words.toString();
  }

  private static void add(StringJoiner words, int count, String what) {
    if (count > 0) {
      words.add(String.format(Locale.ROOT, "%,d %s", count, what));
    }
  }
}
