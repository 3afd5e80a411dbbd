package dev.gatun.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class JavaTextTest {
  private static final String SOURCE =
      """
      // Copyright of somebody.
      package a;

      /**
       * Turns a {@code List<String>} into <b>one</b> text; see {@link java.util.List#of(Object) the list}.
       *
       * <p>A second &amp; last paragraph. <pre>int example = 1;</pre>
       *
       * @param first what comes first,
       *     on two lines
       * @return the whole of it
       * @author A. N. Author
       * @see Other
       */
      class A { // a remark
        String url = "http://x/*y*/"; /* a block */ char quote = '"'; // "
        String more = \"""
            // no comment
            \""";

        /** Licensed to somebody under the Apache License. */
        int b; /**/ int c = 6 / 2;
      }
      """;

  @Test
  void codeIsWithoutCommentsAndStringsStayWhole() {
    assertEquals(
        """
        package a;
        class A {
          String url = "http://x/*y*/";  char quote = '"';
          String more = \"""
              // no comment
              \""";
          int b;  int c = 6 / 2;
        }
        """,
        JavaText.code(SOURCE));
  }

  @Test
  void proseIsTheSentencesOfJavadocWithoutTags() {
    assertEquals(
        """
        Turns a List<String> into one text; see the list.
        A second & last paragraph.
        what comes first, on two lines
        the whole of it
        """,
        JavaText.prose(SOURCE));
  }

  @Test
  void unclosedCommentsAndQuotationsEndWithTheText() {
    assertEquals("int a;\n", JavaText.code("int a; /* never closed"));
    assertEquals("it's \"\n", JavaText.code("it's \" // a remark"));
    assertEquals("", JavaText.prose("/** never closed"));
  }

  @Test
  void licencesInTheCommentsOfSeveralLanguagesAreStripped() {
    for (String comment :
        new String[] {
          "/* Copyright X. */",
          "# SPDX-License-Identifier: MIT\n# more\n",
          "<!-- Licensed to X -->",
          "// All rights reserved.\n"
        }) {
      assertEquals("text", Licence.strip("\n" + comment + "text").strip(), comment);
    }
    String remark = "# A remark about the file.\ntext";
    assertEquals(remark, Licence.strip(remark));
    assertTrue(Tables.share("int x = 12; // twelve") < 0.2);
    assertEquals(1, Tables.share("\\u1234\\101 0x1Fp3 2.5"), 1e-9);
  }
}
