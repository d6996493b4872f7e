/** What people type: the command line, the demo and the benchmarks. */
@org.jspecify.annotations.NullMarked
module org.weft.tools {
  requires static transitive org.jspecify;
  requires org.weft.node;
  requires info.picocli;
}
