/** What people type: the command line, the demo and the benchmarks. */
@org.jspecify.annotations.NullMarked
module org.weft.tools {
  requires static transitive org.jspecify;
  requires org.weft.node;
  requires com.fasterxml.jackson.databind;
  requires info.picocli;
  requires java.logging;
  requires java.net.http;
  requires jdk.management;
  requires org.jline.reader;
  requires org.jline.terminal;
  requires me.tongfei.progressbar;

  opens org.weft.tools to
      info.picocli;
  opens org.weft.tools.command to
      info.picocli,
      com.fasterxml.jackson.databind;
  opens org.weft.tools.bench to
      com.fasterxml.jackson.databind;
}
