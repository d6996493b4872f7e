package org.weft.shard.template;

import java.util.List;

/** A Python list. Never changed once made: the sandbox refuses what would. */
record ListValue(List<Object> items) {}
