package org.weft.shard.model;
import java.lang.foreign.*;
import java.nio.file.*;
import java.util.*;
import org.weft.shard.gguf.*;
import org.weft.shard.kernel.*;
public class Play {
  public static void main(String[] a) throws Exception {
    Path p = Path.of(a[0]);
    try (GgufFile f = GgufFile.open(p); ComputePool pool = new ComputePool(Integer.parseInt(a[1]))) {
      ModelConfig c = ModelConfig.of(f);
      BlockSpan span = BlockSpan.load(f, c, c.wholeSpan(), pool, (x, y) -> {});
      ModelEnds ends = ModelEnds.load(f, c, pool, (x, y) -> {});
      int[] ids = {0,1,1665,201,1549,366,1816,33,2,201,1,1668,201};
      Batch b = new Batch(128, c.width());
      KvPool kv = new KvPool(c, c.wholeSpan(), KvType.F16, 16);
      KvCache cache = kv.reserve(300).orElseThrow();
      b.add(cache, 0, ids.length);
      ends.embedding().rows(ids, 0, ids.length, b.hidden());
      span.forward(b, c.wholeSpan());
      MemorySegment l = Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, (long) ids.length * c.vocabulary());
      ends.head().logits(b.hidden(), ids.length, l);
      double[][] ref = new ReferenceModel(f, a.length > 2).logits(ids);
      double max = 0;
      for (int t = 0; t < ids.length; t++) for (int i = 0; i < c.vocabulary(); i++) max = Math.max(max, Math.abs(ref[t][i] - l.getAtIndex(ValueLayout.JAVA_FLOAT, (long) t * c.vocabulary() + i)));
      System.out.println("max diff " + max + " at last 2224: " + ref[ids.length-1][2224]);
    }
  }
}
