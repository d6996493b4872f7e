package org.weft.shard;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package of this module may see which. */
class ArchitectureTest {
  private static final JavaClasses MODULE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.weft.shard");

  private static final String HOME = "org.weft.shard";

  /** Of the module's own packages, {@code name} sees the root and the listed ones only. */
  private static ArchRule sees(String name, String... others) {
    String[] allowed =
        Stream.concat(Stream.of(name), Stream.of(others))
            .map(other -> HOME + "." + other + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(HOME + "." + name + "..")
        .should()
        .dependOnClassesThat(resideInAPackage(HOME + ".*..").and(not(resideInAnyPackage(allowed))))
        .because(name + " builds on " + String.join(", ", others) + " and the root alone");
  }

  @Test
  void shouldKeepVectorsInKernelWhenClassesAreCompiled() {
    noClasses()
        .that()
        .resideOutsideOfPackage(HOME + ".kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(MODULE);
  }

  @Test
  void shouldDependOnNothingOfOursWhenModuleIsUsedAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            HOME + "..",
            "java..",
            "com.sun.management..",
            "jdk.incubator.vector..",
            "org.jspecify..")
        .check(MODULE);
  }

  @Test
  void shouldSeeOnlyWhatLiesBelowWhenPackagesAreLayered() {
    sees("gguf").check(MODULE);
    sees("tokenizer", "gguf").check(MODULE);
    sees("template", "gguf").check(MODULE);
    sees("sampling").check(MODULE);
    sees("manifest", "gguf").check(MODULE);
    sees("kernel", "gguf").check(MODULE);
    sees("model", "kernel", "gguf").check(MODULE);
  }

  @Test
  void shouldHaveNoCyclesWhenPackagesAreSliced() {
    slices().matching(HOME + ".(*)..").should().beFreeOfCycles().check(MODULE);
  }

  @Test
  void shouldNotKnowOthersWhenClassIsInTheRoot() {
    noClasses()
        .that()
        .resideInAPackage(HOME)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(HOME + ".*..")
        .check(MODULE);
  }
}
