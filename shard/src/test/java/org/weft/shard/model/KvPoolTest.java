package org.weft.shard.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;

class KvPoolTest {
  @TempDir Path folder;
  private ModelConfig config;
  private ModelConfig sliding;

  @BeforeEach
  void readConfigs() {
    config = config(new SyntheticModel(1));
    SyntheticModel windowed = new SyntheticModel(1);
    windowed.metadata = writer -> writer.u32("llama.attention.sliding_window", 64);
    sliding = config(windowed);
  }

  private ModelConfig config(SyntheticModel model) {
    try (GgufFile file = GgufFile.open(model.write(folder.resolve("model.gguf")))) {
      return ModelConfig.of(file);
    }
  }

  @Test
  void shouldCountReservedPagesWhenCachesOpenAndClose() {
    try (KvPool pool = new KvPool(config, config.wholeSpan(), KvType.F16, 10)) {
      assertEquals(10, pool.pages());
      KvCache one = pool.reserve(1).orElseThrow();
      KvCache many = pool.reserve(32 * 6 + 1).orElseThrow();
      assertEquals(8, pool.usedPages());
      assertEquals(193, many.maxLength());
      assertEquals(Optional.empty(), pool.reserve(65), "nothing is taken where not all is there");
      assertEquals(8, pool.usedPages());
      many.close();
      many.close();
      assertEquals(1, pool.usedPages());
      KvCache rest = pool.reserve(32 * 9).orElseThrow();
      assertEquals(10, pool.usedPages());
      rest.close();
      one.close();
      assertEquals(0, pool.usedPages());
    }
  }

  @Test
  void shouldRefuseWhenLengthIsBeyondContext() {
    try (KvPool pool = new KvPool(config, config.wholeSpan(), KvType.F16, 100)) {
      Refusal.expect(ShardError.TOO_LONG, () -> pool.reserve(513), "513", "512");
      Refusal.expect(ShardError.ARGUMENT, () -> pool.reserve(0));
      assertEquals(0, pool.usedPages());
    }
  }

  @Test
  void shouldKeepOnlyWindowAndRewindWhenModelSlides() {
    try (KvPool pool = new KvPool(sliding, sliding.wholeSpan(), KvType.F16, 100, 40)) {
      assertEquals(4, pool.pagesFor(512)); // 64 + 40 positions
      assertEquals(1, pool.pagesFor(32));
      KvCache cache = pool.reserve(512).orElseThrow();
      assertEquals(4, pool.usedPages());
      cache.advance(300);
      assertEquals(300 - 128 + 63, cache.shortestLength());
      cache.truncate(260);
      assertEquals(260, cache.length());
      Refusal.expect(ShardError.ARGUMENT, () -> cache.truncate(200), "200", "235");
      assertEquals(260, cache.length());
      cache.truncate(0);
      cache.advance(100);
      assertEquals(0, cache.shortestLength());
    }
  }

  @Test
  void shouldKeepAsMuchMoreAsACacheAsksForWhenModelSlides() {
    try (KvPool pool = new KvPool(sliding, sliding.wholeSpan(), KvType.F16, 100, 40)) {
      KvCache little = pool.reserve(512, 3).orElseThrow();
      assertEquals(4, little.pages(), "no less than the pool's own");
      KvCache much = pool.reserve(512, 200).orElseThrow();
      assertEquals(9, much.pages()); // 64 + 200 positions
      much.advance(300);
      much.truncate(100);
      assertEquals(100, much.length());
      assertEquals(16, pool.reserve(512, 4000).orElseThrow().pages(), "no more than there are");
    }
  }

  @Test
  void shouldRefuseWhenCutIsNoPrefix() {
    try (KvPool pool = new KvPool(config, config.wholeSpan(), KvType.F16, 4)) {
      KvCache cache = pool.reserve(100).orElseThrow();
      cache.advance(10);
      assertThrows(ShardException.class, () -> cache.truncate(11));
      assertThrows(ShardException.class, () -> cache.truncate(-1));
      cache.truncate(10);
      cache.truncate(4);
      assertEquals(4, cache.length());
    }
  }

  @Test
  void shouldSizePagesByBlocksHeadsAndType() {
    // 2 blocks, 2 KV heads of 16: keys and values of 32 positions in two bytes each
    assertEquals(2 * 2 * 2 * 16 * 32 * 2, KvPool.pageBytes(config, new Span(0, 2), KvType.F16));
    assertEquals(2 * 2 * 16 * 32 * 2, KvPool.pageBytes(config, new Span(1, 2), KvType.F16));
    long int8 = KvPool.pageBytes(config, new Span(0, 2), KvType.Q8_0);
    assertEquals(2 * 2 * 2 * (16 * 32 + 64), int8);
    assertThrows(ShardException.class, () -> KvPool.pageBytes(config, new Span(1, 3), KvType.F16));
  }

  @Test
  void shouldGiveEveryPageOnceWhenThreadsCompete() throws Exception {
    try (KvPool pool = new KvPool(config, config.wholeSpan(), KvType.F16, 16);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Callable<Integer> open =
          () -> {
            int opened = 0;
            for (int i = 0; i < 2000; i++) {
              Optional<KvCache> cache = pool.reserve(32 * (1 + i % 7));
              opened += cache.isPresent() ? 1 : 0;
              cache.ifPresent(KvCache::close);
            }
            return opened;
          };
      int opened = 0;
      for (var result : threads.invokeAll(List.of(open, open, open, open))) {
        opened += result.get();
      }
      assertTrue(opened > 2000, opened + " reservations");
      assertEquals(0, pool.usedPages());
      List<KvCache> all = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        all.add(pool.reserve(32).orElseThrow());
      }
      assertEquals(16, all.stream().map(cache -> cache.pageOffset(0)).distinct().count());
      all.forEach(KvCache::close);
    }
  }

  @Test
  void shouldTakeNoMemoryWhenPagesAreOnlyReserved() throws IOException {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "needs Linux");
    int pages = 1 << 18; // 2 GiB
    long before = residentBytes();
    try (KvPool pool = new KvPool(config, config.wholeSpan(), KvType.F16, pages);
        KvCache cache = pool.reserve(512).orElseThrow()) {
      long bytes = pages * KvPool.pageBytes(config, config.wholeSpan(), KvType.F16);
      assertTrue(bytes >= 1L << 30, bytes + " bytes");
      assertEquals(512, cache.maxLength());
      assertTrue(residentBytes() - before < bytes / 4, "reserving wrote to the pages");
    }
  }

  private static long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IOException("no VmRSS in /proc/self/status");
  }
}
