package org.weft.node.transport;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps the logs of gRPC and Netty from the user's terminal: a port scanner or a peer that vanishes
 * is an everyday event in a swarm, and what matters of it arrives as a coded failure. Whoever
 * configures java.util.logging themselves gets what they asked for.
 */
final class QuietLogs {
  /** Held for good: the log manager would forget a logger, and its level, that nobody holds. */
  private static final List<Logger> LOGGERS =
      List.of(Logger.getLogger("io.grpc"), Logger.getLogger("io.netty"));

  /** Before any class of Netty is used: it looks for a logging library once. */
  static void install() {
    InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
    boolean configured =
        System.getProperty("java.util.logging.config.file") != null
            || System.getProperty("java.util.logging.config.class") != null;
    for (Logger logger : LOGGERS) {
      if (!configured && logger.getLevel() == null) {
        logger.setLevel(Level.OFF);
      }
    }
  }

  private QuietLogs() {}
}
