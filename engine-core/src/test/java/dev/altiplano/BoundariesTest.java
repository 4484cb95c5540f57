package dev.altiplano;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.members;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who may import whom, from the public API down to the kernels. */
class BoundariesTest {
    private static final String ROOT = "dev.altiplano";

    /** Each line imports the lines below it only; packages below a named one belong to it. */
    private static final List<Set<String>> FROM_TOP_TO_BOTTOM =
            List.of(
                    Set.of(ROOT),
                    Set.of(ROOT + ".generate"),
                    Set.of(ROOT + ".model"),
                    Set.of(ROOT + ".cache", ROOT + ".vision", ROOT + ".event"),
                    Set.of(ROOT + ".loader"),
                    Set.of(ROOT + ".kernels"));

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .importLocations(
                            Stream.of(ROOT, ROOT + ".loader", ROOT + ".kernels")
                                    .map(BoundariesTest::whereModuleLies)
                                    .collect(Collectors.toSet()));

    @Test
    void importsPointDown() {
        classes().should(importDownwardsOnly()).check(CLASSES);
    }

    @Test
    void onlyOnePackageKnowsTheVectorApi() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.altiplano.kernels.simd..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(CLASSES);
    }

    @Test
    void kernelsNeedTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage("dev.altiplano.kernels..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "jdk.incubator.vector..",
                        "dev.altiplano.kernels..",
                        "org.jspecify.annotations..")
                .check(CLASSES);
    }

    @Test
    void noLibraryShowsInAPublicSignature() {
        members()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(ROOT, ROOT + ".loader", ROOT + ".kernels")
                .should(nameOnlyTypesOfTheJdkAndOurOwn())
                .check(CLASSES);
    }

    private static ArchCondition<JavaClass> importDownwardsOnly() {
        return new ArchCondition<>("import only what lies below") {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                    String to = dependency.getTargetClass().getPackageName();
                    if (to.startsWith(ROOT) && !liesBelowOrBeside(from.getPackageName(), to)) {
                        events.add(
                                SimpleConditionEvent.violated(from, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static boolean liesBelowOrBeside(String from, String to) {
        return part(from).equals(part(to)) || depth(from) < depth(to);
    }

    private static String part(String packageName) {
        return FROM_TOP_TO_BOTTOM.stream()
                .flatMap(Set::stream)
                .filter(part -> packageName.equals(part) || packageName.startsWith(part + "."))
                .filter(part -> !part.equals(ROOT) || packageName.equals(ROOT))
                .findAny()
                .orElseThrow(() -> new AssertionError(packageName + " has no place in the order"));
    }

    private static int depth(String packageName) {
        String part = part(packageName);
        int depth = 0;
        while (!FROM_TOP_TO_BOTTOM.get(depth).contains(part)) {
            depth++;
        }
        return depth;
    }

    private static ArchCondition<JavaMember> nameOnlyTypesOfTheJdkAndOurOwn() {
        return new ArchCondition<>("name only types of the JDK and our own") {
            @Override
            public void check(JavaMember member, ConditionEvents events) {
                if (!canBeSeen(member)) {
                    return;
                }
                for (JavaClass type : member.getAllInvolvedRawTypes()) {
                    JavaClass element = type.getBaseComponentType();
                    String home = element.getPackageName();
                    if (!element.isPrimitive()
                            && !home.startsWith("java.")
                            && !home.startsWith(ROOT)) {
                        String message = member.getFullName() + " shows " + element.getName();
                        events.add(SimpleConditionEvent.violated(member, message));
                    }
                }
            }
        };
    }

    private static boolean canBeSeen(JavaMember member) {
        return isVisible(member.getModifiers())
                && isVisible(member.getOwner().getModifiers())
                && !member.getModifiers().contains(JavaModifier.SYNTHETIC);
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC)
                || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static Location whereModuleLies(String module) {
        return Location.of(
                ModuleLayer.boot()
                        .configuration()
                        .findModule(module)
                        .orElseThrow()
                        .reference()
                        .location()
                        .orElseThrow());
    }
}
