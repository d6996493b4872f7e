package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.tools.user.UsageException;

class HostPortTest {
  @Test
  void shouldReadHostsAndPortsWhenWrittenAsPeopleDo() {
    assertEquals(
        new HostPort("example.org", 80), HostPort.parse("example.org:80", "--listen", "x"));
    assertEquals(new HostPort("::1", 7407), HostPort.parse("[::1]:7407", "--listen", "x"));
    assertEquals(new HostPort("0.0.0.0", 8080), HostPort.parse("8080", "--listen", "0.0.0.0"));
    assertEquals("[::1]:7407", new HostPort("::1", 7407).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host", "host:", "host:port", "host:-1", "host:65536", "host:80:"})
  void shouldNameTheOptionWhenTheAddressIsWrong(String text) {
    UsageException wrong =
        assertThrows(UsageException.class, () -> HostPort.parse(text, "--listen", "0.0.0.0"));
    String sentence = String.valueOf(wrong.getMessage());
    assertTrue(sentence.contains("--listen") || sentence.contains("port"), sentence);
  }
}
