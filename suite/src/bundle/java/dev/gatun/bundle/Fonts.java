package dev.gatun.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A font for a runtime: figures are laid out by the widths of their texts, and Java finds no font
 * on a machine that has no fontconfig.
 */
final class Fonts {
  private static final String RESOURCE =
      "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";
  private static final String FILE = "LiberationSans-Regular.ttf";
  private static final List<String> FAMILIES =
      List.of("serif", "sansserif", "monospaced", "dialog", "dialoginput");
  private static final List<String> STYLES = List.of("plain", "bold", "italic", "bolditalic");

  private Fonts() {}

  /** Adds the font, and {@code fontconfig.properties}, to the runtime's folder of fonts. */
  static void addTo(Path folder) throws IOException {
    Files.createDirectories(folder);
    try (var stream = Fonts.class.getResourceAsStream(RESOURCE)) {
      if (stream == null) {
        throw new IllegalStateException("the class path lacks " + RESOURCE);
      }
      Files.copy(stream, folder.resolve(FILE));
    }
    List<String> lines = new ArrayList<>(List.of("version=1", "sequence.allfonts=default"));
    for (String family : FAMILIES) {
      STYLES.forEach(style -> lines.add(family + "." + style + ".default=Liberation Sans"));
    }
    lines.add("filename.Liberation_Sans=$JRE_LIB_FONTS/" + FILE);
    Files.write(folder.resolve("fontconfig.properties"), lines);
  }
}
