package org.weft.shard.template;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;
import org.weft.shard.gguf.GgufFile;

final class ChatTemplateTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2025-01-31T23:30:00Z"), ZoneOffset.UTC);
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void shouldRenderTheGoldenPromptsWhenTheTemplateIsARealModels() throws IOException {
    Path model = shared("models/smollm2-135m-instruct-q4_1.gguf");
    JsonNode golden = JSON.readTree(shared("golden/smollm2/chat.json").toFile());
    try (GgufFile file = GgufFile.open(model)) {
      ChatTemplate template = ChatTemplate.of(file.metadata(), CLOCK).orElseThrow();
      for (JsonNode each : golden.get("cases")) {
        List<Object> messages =
            JSON.convertValue(each.get("messages"), new TypeReference<List<Object>>() {});
        assertEquals(
            each.get("rendered").asText(),
            template.render(Map.of("messages", messages, "add_generation_prompt", true)));
      }
    }
  }

  @Test
  void shouldTellTheTimeOfTheClocksZone() {
    Clock auckland = CLOCK.withZone(ZoneId.of("Pacific/Auckland"));
    String template = "{{ strftime_now('%d %b %Y %H:%M') }}";
    assertEquals("31 Jan 2025 23:30", ChatTemplate.parse(template, CLOCK).render(Map.of()));
    assertEquals("01 Feb 2025 12:30", ChatTemplate.parse(template, auckland).render(Map.of()));
  }

  @Test
  void shouldGiveTheTemplatesOwnMessageWhenItRaisesOne() {
    ShardException refused = refused("a\n{{ raise_exception('Roles must alternate.') }}");
    assertEquals(
        "Roles must alternate. (raised by the chat template, line 2)", refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "{{ x.y }}#The chat template fails at line 1: 'x' is undefined.",
        "{{ {}.a.b }}#The chat template fails at line 1: 'dict object' has no attribute 'a'.",
        "{% oops %}#The chat template cannot be read at line 1: Encountered unknown tag 'oops'.",
        "{{ [].append(1) }}#The chat template fails at line 1: access to attribute 'append' of"
            + " 'list' object is unsafe.",
        "{{ 1|nope }}#The chat template fails at line 1: No filter named 'nope'.",
      })
  void shouldSayWhatIsWrongAndWhere(String template, String message) {
    assertEquals(message, refused(template).getMessage());
  }

  @Test
  void shouldNameTheLineWhenTheFaultIsFarDown() {
    String lines =
        "{# one\ntwo #}\n{% for m in messages %}\n\n{{ m.text\n}}{{ m + 1 }}\n{% endfor %}";
    ShardException refused =
        assertThrows(
            ShardException.class,
            () -> ChatTemplate.parse(lines, CLOCK).render(Map.of("messages", List.of(Map.of()))));
    assertTrue(String.valueOf(refused.getMessage()).contains("line 6"), refused::toString);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 'x' * 10000000000 }}",
        "{{ [1] * 1000000000 }}",
        "{{ 10 ** 1000000 }}",
        "{{ 2 ** (2 ** 62) }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ '%9999999d' % 1 }}{{ '{:9999999}'.format(1) * 100 }}",
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m() %}{% set x %}{{ m() ~ m() }}{% endset %}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}"
            + "{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x | tojson }}",
        "{% set ns = namespace(x=(1,)) %}{% for i in range(100) %}{% set ns.x = (ns.x, ns.x) %}"
            + "{% endfor %}{{ {ns.x: 1} }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}"
            + "{{ ns.x }}",
        "{% set ns = namespace(x=[], y=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}"
            + "{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x < ns.y }}",
        "{% for x in [[]] recursive %}{{ loop([[]]) }}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{{ s.count('b') }}{{ s[i] }}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{% for i in range(100000) %}{% set t = s.replace('a', 'b') %}{% endfor %}",
        "{% set s = ' ' * 1000000 %}{% for i in range(100000) %}{% set t = s | trim %}{% endfor %}",
        "{% set s = 'ab ' * 1000000 %}{% for i in range(100000) %}{% set t = s.upper() in s %}{% endfor %}",
      })
  void shouldStopATemplateThatWouldHangOrFillTheMemory(String template) {
    assertEquals(ShardError.TEMPLATE, refused(template).error());
  }

  @Test
  void shouldRefuseATemplateThatIsNestedTooDeep() {
    refused("{{ " + "(".repeat(50_000) + "1" + ")".repeat(50_000) + " }}");
    refused("{{ " + "[".repeat(50_000) + "]".repeat(50_000) + " }}");
    refused("{{ " + "not ".repeat(50_000) + "1 }}");
    refused("{{ " + "-".repeat(50_000) + "1 }}");
    refused("{{ 1 " + "if 1 else 2 ".repeat(50_000) + " }}");
    refused("{{ x" + ".a".repeat(50_000) + " }}");
    refused("{{ 1" + " + 1".repeat(50_000) + " }}");
    refused("{{ 1" + "|abs".repeat(50_000) + " }}");
    refused("{% if 1 %}".repeat(50_000) + "{% endif %}".repeat(50_000));
    refused("{% for x in [1] %}".repeat(500) + "{% endfor %}".repeat(500));
    refused("{% set " + "(".repeat(50_000) + "a = 1 %}");
  }

  @Test
  void shouldRenderLongChainsThatNestNothing() {
    String text =
        "{{ 'a'" + " ~ 'a'".repeat(5000) + " }}{{ [" + "1,".repeat(5000) + "] | length }}";
    assertEquals("a".repeat(5001) + "5000", ChatTemplate.parse(text, CLOCK).render(Map.of()));
    String added = "{{ 'a'" + " + 'a'".repeat(300) + " }}";
    assertEquals("a".repeat(301), ChatTemplate.parse(added, CLOCK).render(Map.of()));
  }

  @Test
  void shouldRenderAnAmpleConversationWithinItsBudget() {
    String template =
        "{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] | trim + '\n' }}{% endfor %}";
    Map<String, Object> message = Map.of("role", "user", "content", "word ".repeat(200));
    List<Map<String, Object>> messages = java.util.Collections.nCopies(2000, message);
    String prompt = ChatTemplate.parse(template, CLOCK).render(Map.of("messages", messages));
    assertEquals(2000L * ("<|user|>\n".length() + 999), prompt.length());
  }

  @Test
  void shouldRefuseContextValuesThatNoTemplateCanSee() {
    ChatTemplate template = ChatTemplate.parse("{{ x }}", CLOCK);
    ShardException refused =
        assertThrows(
            ShardException.class, () -> template.render(Map.of("x", List.of(new Object()))));
    assertEquals(ShardError.ARGUMENT, refused.error());
  }

  private static ShardException refused(String template) {
    ShardException refused =
        assertThrows(
            ShardException.class, () -> ChatTemplate.parse(template, CLOCK).render(Map.of()));
    assertEquals(ShardError.TEMPLATE, refused.error());
    return refused;
  }

  private static Path shared(String name) {
    Path path = Path.of(System.getProperty("weft.root", ".")).resolve("../shared").resolve(name);
    if (!Files.exists(path)) {
      String skipped = "Skipped: " + name + " is not beside this checkout.";
      System.err.println(skipped);
      Assumptions.abort(skipped);
    }
    return path;
  }
}
