package org.weft.tools;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The edges between the packages of the command line. */
class ArchitectureTest {
  private static final String ROOT = "org.weft.tools";

  /** What each package may know of its neighbours; the program itself, in the root, knows all. */
  private static final Map<String, List<String>> MAY_KNOW =
      Map.of(
          "user", List.of(),
          "local", List.of("user"),
          "bench", List.of("local", "user"),
          "chat", List.of("local", "user"),
          "command", List.of("bench", "chat", "local", "user"));

  private static final JavaClasses CLASSES = importOwn();

  /** Without following what our classes use into the libraries: names are all that is needed. */
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

  private static String[] in(List<String> names) {
    return names.stream().map(ArchitectureTest::in).toArray(String[]::new);
  }

  @Test
  void shouldHaveNoCyclesBetweenPackages() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void shouldKnowOnlyTheNeighboursWrittenDownHere() {
    MAY_KNOW.forEach((name, neighbours) -> {
      List<String> others =
          MAY_KNOW.keySet().stream()
              .filter(other -> !other.equals(name) && !neighbours.contains(other))
              .toList();
      noClasses()
          .that()
          .resideInAPackage(in(name))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(in(others))
          .orShould()
          .dependOnClassesThat()
          .resideInAPackage(ROOT)
          .because("package " + name + " may know " + neighbours + " only")
          .check(CLASSES);
    });
  }

  @Test
  void shouldHaveNoPackagesBesideThese() {
    classes()
        .that()
        .resideOutsideOfPackages(in(List.copyOf(MAY_KNOW.keySet())))
        .should()
        .resideInAPackage(ROOT)
        .because("a new package needs its edges written down here")
        .check(CLASSES);
  }
}
