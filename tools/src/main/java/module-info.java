/** What people type: the command line, the demo and the benchmarks. */
@org.jspecify.annotations.NullMarked
module org.weft.tools {
  requires static transitive org.jspecify;
  requires org.weft.node;
  requires info.picocli;
  requires java.management;
  requires java.net.http;
  requires org.jline;
  requires progressbar;

  opens org.weft.tools to
      info.picocli;
  opens org.weft.tools.command to
      info.picocli;
}
