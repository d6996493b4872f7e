package org.weft.tools.command;

import com.fasterxml.jackson.databind.JsonNode;
import org.weft.tools.user.UserException;

/** Token ids in JSON input. */
final class Ids {
  private Ids() {}

  static int[] read(JsonNode array, int line) {
    if (!array.isArray()) {
      throw new UserException("line " + line + ": token ids are not an array of whole numbers");
    }
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = array.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
        throw new UserException("line " + line + ": " + id + " is not a token id");
      }
      ids[i] = id.intValue();
    }
    return ids;
  }
}
