package org.weft.crypto;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** base58btc, the alphabet that libp2p writes peer ids in. Source: multiformats/multibase. */
final class Base58 {
  private static final String ALPHABET =
      "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
  private static final BigInteger RADIX = BigInteger.valueOf(58);

  static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    BigInteger rest = new BigInteger(1, bytes);
    while (rest.signum() > 0) {
      BigInteger[] division = rest.divideAndRemainder(RADIX);
      text.append(ALPHABET.charAt(division[1].intValue()));
      rest = division[0];
    }
    for (int i = 0; i < bytes.length && bytes[i] == 0; i++) {
      text.append('1');
    }
    return text.reverse().toString();
  }

  /** The bytes, or null where the text has another character. The caller bounds the length. */
  static byte @Nullable [] decode(String text) {
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < text.length(); i++) {
      int digit = ALPHABET.indexOf(text.charAt(i));
      if (digit < 0) {
        return null;
      }
      value = value.multiply(RADIX).add(BigInteger.valueOf(digit));
    }
    int zeros = 0;
    while (zeros < text.length() && text.charAt(zeros) == '1') {
      zeros++;
    }
    byte[] magnitude = value.signum() == 0 ? new byte[0] : value.toByteArray();
    int sign = magnitude.length > 0 && magnitude[0] == 0 ? 1 : 0;
    byte[] bytes = new byte[zeros + magnitude.length - sign];
    System.arraycopy(magnitude, sign, bytes, zeros, magnitude.length - sign);
    return bytes;
  }

  private Base58() {}
}
