package org.weft.tools.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeftHomeTest {
  private static final Path USER = Path.of("/home/ada");

  @Test
  void shouldBeWhereTheEnvironmentSaysWhenItSays() {
    assertEquals(
        Path.of("/srv/weft"), WeftHome.locate(Map.of("WEFT_HOME", "/srv/weft"), "Linux", USER));
  }

  @Test
  void shouldFollowXdgWhenOnLinux() {
    assertEquals(Path.of("/home/ada/.local/share/weft"), WeftHome.locate(Map.of(), "Linux", USER));
    assertEquals(
        Path.of("/data/weft"), WeftHome.locate(Map.of("XDG_DATA_HOME", "/data"), "Linux", USER));
  }

  @Test
  void shouldBeInTheLibraryWhenOnMacOs() {
    assertEquals(
        Path.of("/home/ada/Library/Application Support/Weft"),
        WeftHome.locate(Map.of(), "Mac OS X", USER));
  }

  @Test
  void shouldBeLocalAppDataWhenOnWindows() {
    assertEquals(
        Path.of("/local/Weft"),
        WeftHome.locate(Map.of("LOCALAPPDATA", "/local"), "Windows 11", USER));
  }

  @Test
  void shouldKeepOthersOutWhenMade(@TempDir Path folder) throws IOException {
    Path home = new WeftHome(folder.resolve("a/weft")).created().directory();
    Assumptions.assumeTrue(Files.getFileStore(home).supportsFileAttributeView("posix"));
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(home)));
  }
}
