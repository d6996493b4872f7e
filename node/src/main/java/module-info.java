/** The swarm: transport, directory, routing, serving, sessions, generation and the gateway. */
@org.jspecify.annotations.NullMarked
module org.weft.node {
  requires static transitive org.jspecify;
  requires transitive org.weft.protocol;
  requires transitive org.weft.crypto;
  requires transitive org.weft.shard;
  requires transitive com.fasterxml.jackson.databind;
  requires io.grpc.netty;
  requires io.netty.buffer;
  requires io.netty.codec.http2;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.tcnative.classes.openssl;
  requires io.netty.transport;
  requires java.logging;
  requires transitive io.vertx.core;
  requires io.vertx.web;
  requires transitive micrometer.core;
  requires micrometer.registry.prometheus;

  exports org.weft.node;
  exports org.weft.node.directory;
  exports org.weft.node.gateway;
  exports org.weft.node.generation;
  exports org.weft.node.metrics;
  exports org.weft.node.routing;
  exports org.weft.node.serving;
  exports org.weft.node.session;
  exports org.weft.node.ticket;
  exports org.weft.node.transport;
}
