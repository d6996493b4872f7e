package org.weft.shard.manifest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/** Bytes of any kind are the canonical bytes of a manifest, or refused. */
class ManifestFuzzTest {
  @FuzzTest(maxDuration = "60s")
  void shouldReadOrRefuseWhenBytesAreHostile(byte[] bytes) {
    try {
      assertArrayEquals(bytes, Manifest.parse(bytes).bytes());
    } catch (ShardException refused) {
      assertEquals(ShardError.FORMAT, refused.error());
    }
  }
}
