package org.weft.tools;

import java.security.Security;
import java.util.Set;

/**
 * Leaves the JDK those security providers that it makes by itself. For any of the others (smart
 * cards, Kerberos, LDAP), and when it looks for an algorithm that nobody has, it instantiates every
 * provider on the module path, BouncyCastle's with its seven hundred classes among them: 0.4 s of a
 * start, for nothing that Weft uses.
 */
final class SecurityProviders {
  private static final Set<String> CORE =
      Set.of("SUN", "SunRsaSign", "SunEC", "SunJSSE", "SunJCE", "Apple");

  /** Before anything else asks for an algorithm: the list is read once. */
  static void keepTheCore() {
    for (int i = 1; ; i++) {
      String property = "security.provider." + i;
      String name = Security.getProperty(property);
      if (name == null) {
        return;
      }
      if (!CORE.contains(name.strip())) {
        // The list ends where a number is missing, so one stays in each place; it counts once.
        Security.setProperty(property, "SUN");
      }
    }
  }

  private SecurityProviders() {}
}
