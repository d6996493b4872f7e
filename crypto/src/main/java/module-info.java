/** Who is who: keys, node ids, signed envelopes, hash trees and TLS certificates. */
@org.jspecify.annotations.NullMarked
module org.weft.crypto {
  requires static transitive org.jspecify;
  requires org.bouncycastle.provider;
  requires org.bouncycastle.pkix;

  exports org.weft.crypto;
}
