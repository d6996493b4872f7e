package org.weft.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class EnvelopeTest {
  private static final NodeKey KEY = NodeKey.ofSeed(new byte[32]);
  private static final byte[] PAYLOAD = "payload".getBytes(StandardCharsets.US_ASCII);

  @Test
  void shouldVerifyOnlyUnderItsOwnDomain() {
    for (Domain signed : Domain.values()) {
      Envelope envelope = Envelope.sign(KEY, signed, PAYLOAD);
      for (Domain asked : Domain.values()) {
        assertEquals(signed == asked, envelope.verify(asked), signed + " as " + asked);
      }
    }
  }

  @Test
  void shouldKeepDomainTagsPrefixFree() {
    for (Domain one : Domain.values()) {
      for (Domain other : Domain.values()) {
        assertEquals(one == other, one.tag().startsWith(other.tag()));
      }
    }
  }

  @Test
  void shouldSignTagThenPayload() {
    Envelope envelope = Envelope.sign(KEY, Domain.TICKET, PAYLOAD);
    byte[] message = "weft-ticket:payload".getBytes(StandardCharsets.US_ASCII);
    assertTrue(KEY.id().verify(message, envelope.signature()));
  }

  @Test
  void shouldRefuseWhenAnyBitIsAltered() {
    Envelope envelope = Envelope.sign(KEY, Domain.TICKET, PAYLOAD);
    for (int bit = 0; bit < 8 * PAYLOAD.length; bit++) {
      byte[] payload = flip(PAYLOAD, bit);
      assertFalse(new Envelope(payload, KEY.id(), envelope.signature()).verify(Domain.TICKET));
    }
    for (int bit = 0; bit < 8 * 64; bit++) {
      byte[] signature = flip(envelope.signature(), bit);
      assertFalse(new Envelope(PAYLOAD, KEY.id(), signature).verify(Domain.TICKET));
    }
    for (int bit = 0; bit < 8 * 32; bit++) {
      NodeId signer = NodeId.of(flip(KEY.id().bytes(), bit));
      assertFalse(new Envelope(PAYLOAD, signer, envelope.signature()).verify(Domain.TICKET));
    }
  }

  @Test
  void shouldCopyArraysInAndOut() {
    byte[] payload = PAYLOAD.clone();
    Envelope envelope = Envelope.sign(KEY, Domain.RECEIPT, payload);
    payload[0] = 0;
    envelope.payload()[1] = 0;
    envelope.signature()[2] = 0;
    assertTrue(envelope.verify(Domain.RECEIPT));
    assertEquals(Envelope.sign(KEY, Domain.RECEIPT, PAYLOAD), envelope);
    assertEquals(Envelope.sign(KEY, Domain.RECEIPT, PAYLOAD).hashCode(), envelope.hashCode());
    assertNotEquals(Envelope.sign(KEY, Domain.TICKET, PAYLOAD), envelope);
  }

  private static byte[] flip(byte[] bytes, int bit) {
    byte[] altered = bytes.clone();
    altered[bit / 8] ^= (byte) (1 << bit % 8);
    return altered;
  }
}
