package org.weft.shard.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A run that ends only if as many threads as the pool has take part in it. */
public final class Rendezvous {
  public static void ofAllThreads(ComputePool pool) {
    CountDownLatch all = new CountDownLatch(pool.threads());
    pool.run(
        pool.threads(),
        1,
        (worker, from, to) -> {
          all.countDown();
          try {
            assertTrue(all.await(30, TimeUnit.SECONDS), all.getCount() + " threads did not come");
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private Rendezvous() {}
}
