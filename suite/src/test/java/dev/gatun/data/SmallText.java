package dev.gatun.data;

import java.util.ArrayList;
import java.util.List;

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
}
