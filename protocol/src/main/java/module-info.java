/** The wire: messages, services, the codec of rows and the codes of faults. */
@org.jspecify.annotations.NullMarked
module org.weft.protocol {
  requires static transitive org.jspecify;
  requires transitive com.google.protobuf;
  requires transitive io.grpc;
  requires transitive io.grpc.protobuf;
  requires transitive io.grpc.stub;
  requires transitive com.google.common;

  exports org.weft.protocol;
  exports org.weft.protocol.v1;
}
