package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.weft.tools.user.UsageException;
import org.weft.tools.user.UserException;

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

  @Test
  void shouldRefuseAnAddressThatIsTakenOrNotOurs() throws Exception {
    HostPort address;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = new HostPort("127.0.0.1", taken.getLocalPort());
      assertEquals(
          "cannot listen on "
              + address
              + ": something else does already; choose another port, or 0 for any",
          refusal(address));
    }
    address.requireFree();
    // An address for documentation, which no machine has.
    assertEquals(
        "cannot listen on 192.0.2.1:0: this machine does not have that address",
        refusal(new HostPort("192.0.2.1", 0)));
  }

  private static String refusal(HostPort address) {
    return String.valueOf(assertThrows(UserException.class, address::requireFree).getMessage());
  }
}
