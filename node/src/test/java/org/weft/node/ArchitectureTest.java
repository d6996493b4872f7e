package org.weft.node;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The edges of the house (DESIGN §3), as far as they lie within this module. */
class ArchitectureTest {
  private static final String ROOT = "org.weft.node";

  /** What each package may know of its neighbours, beside the root and the tickets. */
  private static final Map<String, List<String>> MAY_KNOW =
      Map.of(
          "ticket", List.of(),
          "transport", List.of(),
          "directory", List.of("transport"),
          "placement", List.of("directory", "transport"),
          "routing", List.of("directory", "transport"),
          "session", List.of("routing", "directory", "transport"),
          "generation", List.of("session"),
          "serving", List.of("transport"),
          "metrics", List.of(),
          "gateway",
              List.of("generation", "session", "routing", "directory", "transport", "metrics"));

  /** Turns a library's own log off, which is the one thing to be done with java.util.logging. */
  private static final String SILENCER = ROOT + ".transport.QuietLogs";

  /** The only packages that may open a socket for others to dial. */
  private static final List<String> LISTENING = List.of("transport", "gateway", "metrics");

  private static final JavaClasses CLASSES = importOwn();

  /**
   * Without following what our classes use into the libraries: names are all that the rules need.
   */
  private static JavaClasses importOwn() {
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    try {
      return new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);
    } finally {
      ArchConfiguration.get().reset();
    }
  }

  private static String in(String name) {
    return ROOT + "." + name + "..";
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }

  @Test
  void shouldPointOnlyFromLeftToRight() {
    for (Map.Entry<String, List<String>> entry : MAY_KNOW.entrySet()) {
      List<String> forbidden = new ArrayList<>();
      for (String other : MAY_KNOW.keySet()) {
        boolean known =
            other.equals(entry.getKey())
                || other.equals("ticket")
                || entry.getValue().contains(other);
        if (!known) {
          forbidden.add(in(other));
        }
      }
      check(
          noClasses()
              .that()
              .resideInAPackage(in(entry.getKey()))
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(forbidden.toArray(String[]::new))
              .because("package " + entry.getKey() + " may know " + entry.getValue() + " only"));
    }
  }

  @Test
  void shouldHaveNoPackagesBesideThese() {
    String[] known = MAY_KNOW.keySet().stream().map(ArchitectureTest::in).toArray(String[]::new);
    check(
        classes()
            .that()
            .resideOutsideOfPackages(known)
            .should()
            .resideInAPackage(ROOT)
            .because("a new package needs its edges written down here"));
  }

  @Test
  void shouldKeepOnlyErrorsAndCodesInTheRoot() {
    check(
        classes()
            .that()
            .resideInAPackage(ROOT)
            .should()
            .haveNameMatching("org\\.weft\\.node\\.(NodeError|NodeException|FaultCodes)(\\$.*)?")
            .orShould()
            .haveSimpleName("package-info")
            .because("the root package is known to all"));
  }

  @Test
  void shouldListenOnlyInTransportGatewayAndMetrics() {
    DescribedPredicate<JavaClass> sockets =
        resideInAnyPackage("io.grpc..", "io.netty..", "io.vertx..")
            .or(DescribedPredicate.describe("sockets of the JDK", ArchitectureTest::isSocket));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                LISTENING.stream().map(ArchitectureTest::in).toArray(String[]::new))
            .should()
            .dependOnClassesThat(sockets)
            .because("listening sockets are opened in " + LISTENING + " only"));
  }

  private static boolean isSocket(JavaClass type) {
    return type.getName().equals("java.net.ServerSocket")
        || type.getName().equals("java.net.Socket")
        || type.getName().startsWith("java.nio.channels.Asynchronous")
        || type.getName().startsWith("java.nio.channels.ServerSocket")
        || type.getName().startsWith("java.nio.channels.SocketChannel")
        || type.getName().startsWith("com.sun.net.httpserver.");
  }

  @Test
  void shouldServeBlocksWithoutTheGatewaysHalf() {
    check(
        noClasses()
            .that()
            .resideInAPackage(in("serving"))
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(in("gateway"), in("generation"), in("session"), in("routing"))));
  }

  @Test
  void shouldComputeWithVectorsOnlyInTheShard() {
    check(noClasses().should().dependOnClassesThat(resideInAPackage("jdk.incubator.vector..")));
  }

  @Test
  void shouldNeitherLogThroughJavaUtilNorPrintNorExit() {
    check(
        noClasses()
            .that()
            .doNotHaveFullyQualifiedName(SILENCER)
            .should()
            .dependOnClassesThat(resideInAPackage("java.util.logging.."))
            .because("what people must know is an error or a state, not a line in a log"));
    check(noClasses().should().accessField(System.class, "out"));
    check(noClasses().should().accessField(System.class, "err"));
    check(noClasses().should().callMethod(System.class, "exit", int.class));
  }

  @Test
  void shouldNeverSleep() {
    check(noClasses().should().callMethod(Thread.class, "sleep", long.class));
    check(noClasses().should().callMethod(Thread.class, "sleep", java.time.Duration.class));
  }

  @Test
  void shouldNameTheVariantAndNotTheRole() {
    check(
        noClasses()
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Manager"));
    check(
        classes()
            .that()
            .areAssignableTo(RuntimeException.class)
            .and()
            .arePublic()
            .should()
            .be(NodeException.class)
            .because("a module lets one unchecked exception out, with a code"));
  }
}
