package dev.gatun.data;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A few documents of the pinned code, treated as all of it is: for tests that train. */
public final class SmallText {
  private SmallText() {}

  /** Of about so many characters, comments included. */
  public static Corpus corpus(int characters) {
    SourceJar jar = PinnedText.shipped().quick().getFirst();
    List<Corpus.File> files = new ArrayList<>();
    int left = characters;
    for (Corpus.File file : PinnedText.read(jar, SourceJars.ofThisProcess(_ -> {}))) {
      if (left > 0 && file.name().contains("/collect/")) {
        files.add(file);
        left -= file.text().length();
      }
    }
    return new Treatment("small", JavaText::code, CorpusChoice.USUAL_HELD_OUT, true)
        .add(files)
        .corpus();
  }

  /** Different lines, for tests that need no more than some text in a file. */
  public static String lines(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "Line %s of a text for a tokenizer and a model of one layer.%n".formatted(i))
        .collect(Collectors.joining());
  }
}
