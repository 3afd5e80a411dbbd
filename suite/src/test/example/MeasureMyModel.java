import dev.gatun.api.HeadMeasurement;

/**
 * Measures the head of a model on a few tokens, and prints each number beside its null.
 *
 * <p>From the folder in which Gatun was built: {@code java --add-modules=jdk.incubator.vector
 * --enable-native-access=ALL-UNNAMED -cp "suite/target/gatun/lib/*"
 * suite/src/test/example/MeasureMyModel.java my-model}
 */
void main(String[] arguments) {
  int[] first = {1, 5, 2, 7, 3, 8, 4, 6};
  int[] second = {6, 4, 8, 3, 7, 2, 5, 1};
  var measured = HeadMeasurement.of(Path.of(arguments[0]), first, second);
  for (String name : List.of("destroyed_norm", "singular_entropy")) {
    IO.println(name + " " + measured.value(name));
    IO.println("... of a random head " + measured.value(name + "_random_head"));
  }
  IO.println("largest singular value of W " + measured.singularValues("head")[0]);
}
