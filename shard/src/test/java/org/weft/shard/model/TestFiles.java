package org.weft.shard.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Where models and expected outputs are: some in the repository, some beside it. */
final class TestFiles {
  private static final Path ROOT = Path.of(System.getProperty("weft.root", "."));

  /** The embedded model, which is always there. */
  static Path demo() {
    return ROOT.resolve("models/weft-demo-q8_0.gguf");
  }

  /** A file in ../shared; where it is missing the test is skipped, loudly. */
  static Path shared(String name) {
    Path path = ROOT.resolve("../shared").resolve(name);
    if (!Files.isReadable(path)) {
      String message = "SKIPPED: " + path.normalize() + " is not here, so this was not tested";
      System.err.println(message);
      Assumptions.abort(message);
    }
    return path;
  }

  static JsonNode json(Path path) {
    try {
      return new ObjectMapper().readTree(path.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int[] ids(JsonNode array) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = array.get(i).asInt();
    }
    return ids;
  }

  /** The elements of a little-endian float32 array in NumPy's format, version 1. */
  static float[] npy(Path path) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
      int header = bytes.getShort(8);
      String description = new String(bytes.array(), 10, header, StandardCharsets.US_ASCII);
      if (!description.contains("'<f4'") || !description.contains("'fortran_order': False")) {
        throw new IllegalArgumentException(path + ": " + description);
      }
      float[] values = new float[(bytes.capacity() - 10 - header) / Float.BYTES];
      bytes
          .position(10 + header)
          .slice()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(values);
      return values;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TestFiles() {}
}
