package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.weft.node.NodeException;
import org.weft.node.gateway.AnswerShape.Answer;
import org.weft.node.gateway.AnswerShape.Token;
import org.weft.node.generation.GenerationLoop;
import org.weft.node.generation.GenerationResult;
import org.weft.node.metrics.NodeMetrics;
import org.weft.shard.ShardException;

/** Generates the choices of a request, one after another, and sends them whole or as a stream. */
final class Answers {
  private final GenerationLoop loop;
  private final Admission admission;
  private final NodeMetrics metrics;
  private final Clock clock;
  private final LongSupplier random;

  Answers(
      GenerationLoop loop,
      Admission admission,
      NodeMetrics metrics,
      Clock clock,
      LongSupplier random) {
    this.loop = loop;
    this.admission = admission;
    this.metrics = metrics;
    this.clock = clock;
    this.random = random;
  }

  void serve(
      Exchange exchange, AnswerShape shape, CommonParameters parameters, List<AnswerJob> jobs) {
    admission.enter(exchange.cancellation());
    try {
      if (parameters.stream()) {
        stream(exchange, shape, parameters, jobs);
      } else {
        whole(exchange, shape, jobs);
      }
    } finally {
      admission.leave();
    }
  }

  private void whole(Exchange exchange, AnswerShape shape, List<AnswerJob> jobs) {
    Usage usage = new Usage(0, 0);
    ObjectNode body = head(shape).json(shape.object());
    ArrayNode choices = body.putArray("choices");
    for (AnswerJob job : jobs) {
      StringBuilder text = new StringBuilder();
      List<Token> tokens = new ArrayList<>();
      GenerationResult result =
          generate(
              exchange,
              job,
              piece -> {
                text.append(piece.text());
                tokens.addAll(piece.tokens());
              });
      boolean scored = job.request().topLogProbabilities().isPresent();
      choices.add(
          shape.choice(
              job.index(), new Answer(text.toString(), tokens, scored, 0), finish(result)));
      usage = add(usage, job, result);
    }
    body.set("usage", usage.json());
    exchange.json(200, body);
  }

  private void stream(
      Exchange exchange, AnswerShape shape, CommonParameters parameters, List<AnswerJob> jobs) {
    TokenStream stream = new TokenStream(exchange, shape, head(shape), parameters.usage());
    try {
      Usage usage = new Usage(0, 0);
      for (AnswerJob job : jobs) {
        usage = add(usage, job, stream(exchange, shape, stream, job));
      }
      stream.done(usage);
    } catch (NodeException e) {
      metrics.fault(e.error());
      failed(stream, ApiError.of(e, shape.promptParameter()));
    } catch (ShardException e) {
      metrics.fault(e.error());
      failed(stream, ApiError.of(e, shape.promptParameter()));
    }
  }

  private GenerationResult stream(
      Exchange exchange, AnswerShape shape, TokenStream stream, AnswerJob job) {
    Opening opening = new Opening(shape, stream, job.index());
    GenerationResult result =
        generate(
            exchange,
            job,
            piece -> {
              opening.send();
              stream.send(shape.piece(job.index(), piece));
            });
    opening.send();
    stream.send(shape.closing(job.index(), finish(result)));
    return result;
  }

  private static void failed(TokenStream stream, ApiError error) {
    if (!stream.begun()) {
      throw new ApiException(error);
    }
    stream.fail(error);
  }

  private GenerationResult generate(Exchange exchange, AnswerJob job, Consumer<Answer> out) {
    ChoiceText text = new ChoiceText(job, new TokenText(loop.model().tokenizer()), out);
    GenerationResult result = loop.generate(job.request(), exchange.cancellation(), text);
    metrics.generation(
        result.promptTokens(),
        result.completionTokens(),
        result.firstTokenNanos(),
        result.decodeNanos());
    if (result.finish() == GenerationResult.FinishReason.CANCELLED) {
      throw new ClientGoneException();
    }
    text.finish();
    return result;
  }

  private AnswerHead head(AnswerShape shape) {
    return new AnswerHead(
        shape.idPrefix()
            + HexFormat.of().toHexDigits(random.getAsLong())
            + HexFormat.of().toHexDigits(random.getAsLong()),
        clock.instant().getEpochSecond(),
        loop.model().name(),
        loop.model().fingerprint());
  }

  private static Usage add(Usage usage, AnswerJob job, GenerationResult result) {
    return usage.plus(job.countsPrompt() ? result.promptTokens() : 0, result.completionTokens());
  }

  private static String finish(GenerationResult result) {
    return switch (result.finish()) {
      case STOP -> "stop";
      case LENGTH -> "length";
      case CANCELLED -> throw new ClientGoneException();
    };
  }

  /** What a choice's stream begins with, once. */
  private static final class Opening {
    private final AnswerShape shape;
    private final TokenStream stream;
    private final int index;
    private boolean sent;

    Opening(AnswerShape shape, TokenStream stream, int index) {
      this.shape = shape;
      this.stream = stream;
      this.index = index;
    }

    void send() {
      if (!sent) {
        sent = true;
        shape.opening(index).ifPresent(stream::send);
      }
    }
  }
}
