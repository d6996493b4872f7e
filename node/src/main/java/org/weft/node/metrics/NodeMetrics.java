package org.weft.node.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * What a process measures of itself, by names that begin with {@code weft_}, and its JVM's basics.
 * Gauges are read when somebody asks. Thread-safe.
 */
public final class NodeMetrics implements AutoCloseable {
  private static final Duration[] FIRST_TOKEN =
      millis(10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000);
  private static final Duration[] PER_TOKEN =
      millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000);
  private static final Duration[] STEP = millis(1, 2, 5, 10, 20, 50, 100, 250, 1000, 5000, 20_000);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  // The registry holds what it counts by a weak reference.
  private final List<Object> suppliers = new CopyOnWriteArrayList<>();
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final Counter promptTokens =
      counter("weft.tokens.prompt", "Tokens of prompts that were taken in");
  private final Counter generatedTokens =
      counter("weft.tokens.generated", "Tokens that were sampled");
  private final Timer firstToken =
      timer("weft.first.token", "From a generation's start to its first token", FIRST_TOKEN);
  private final Timer perToken =
      timer("weft.token", "Mean time per token after the first, by generation", PER_TOKEN);
  private final Timer stepQueue =
      timer("weft.step.queue", "How long a step waited at this node", STEP);
  private final Timer stepCompute =
      timer("weft.step.compute", "How long a step was computed at this node", STEP);

  public NodeMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
  }

  /**
   * KV pages that open sessions hold, {@code weft_kv_pages_used}, and those that there are, {@code
   * weft_kv_pages_total}.
   */
  public void bindKvPages(IntSupplier used, IntSupplier total) {
    gauge("weft.kv.pages.used", "KV pages that open sessions hold", used::getAsInt);
    // Prometheus' library keeps "_total" for counters; a pool that never changes passes for one.
    count("weft.kv.pages", "KV pages that there are", total::getAsInt);
  }

  /** Sessions that are open at this node. */
  public void bindSessions(IntSupplier open) {
    gauge("weft.sessions.open", "Sessions that are open", open::getAsInt);
  }

  /** Something that rises and falls; {@code name} is dotted, {@code weft.queue.depth}, say. */
  public void gauge(String name, String help, DoubleSupplier value) {
    Gauge.builder(name, value, DoubleSupplier::getAsDouble)
        .description(help)
        .strongReference(true)
        .register(registry);
  }

  /** Something that another part counts and that never falls. */
  public void count(String name, String help, LongSupplier value) {
    FunctionCounter.builder(name, value, LongSupplier::getAsLong)
        .description(help)
        .register(registry);
    suppliers.add(value);
  }

  /** One answered request; status 499 where the client left. */
  public void request(String endpoint, int status) {
    Counter.builder("weft.requests")
        .description("Requests by endpoint and HTTP status")
        .tag("endpoint", endpoint)
        .tag("status", Integer.toString(status))
        .register(registry)
        .increment();
  }

  /** One generation's figures; see {@code GenerationResult}. */
  public void generation(int prompt, int generated, long firstTokenNanos, long decodeNanos) {
    promptTokens.increment(prompt);
    generatedTokens.increment(generated);
    if (generated > 0) {
      firstToken.record(firstTokenNanos, TimeUnit.NANOSECONDS);
    }
    if (generated > 1) {
      perToken.record(decodeNanos / (generated - 1), TimeUnit.NANOSECONDS);
    }
  }

  /** One step of a session at this node. */
  public void step(long queueNanos, long computeNanos) {
    stepQueue.record(queueNanos, TimeUnit.NANOSECONDS);
    stepCompute.record(computeNanos, TimeUnit.NANOSECONDS);
  }

  /** One failure, by its code. */
  public void fault(Enum<?> code) {
    Counter.builder("weft.faults")
        .description("Failures by code")
        .tag("code", code.name().toLowerCase(Locale.ROOT))
        .register(registry)
        .increment();
  }

  /** Everything, in Prometheus' text format. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }

  private Counter counter(String name, String help) {
    return Counter.builder(name).description(help).register(registry);
  }

  private Timer timer(String name, String help, Duration[] buckets) {
    return Timer.builder(name).description(help).serviceLevelObjectives(buckets).register(registry);
  }

  private static Duration[] millis(int... values) {
    Duration[] durations = new Duration[values.length];
    for (int i = 0; i < values.length; i++) {
      durations[i] = Duration.ofMillis(values[i]);
    }
    return durations;
  }
}
