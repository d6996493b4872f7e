package org.weft.tools;

/** The program. */
public final class Weft {
  private Weft() {}

  public static void main(String[] args) {
    System.out.println("weft");
  }
}
