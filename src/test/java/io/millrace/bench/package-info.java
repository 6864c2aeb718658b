/// How fast the shop is: one table, measured beside its floors. Nothing here asserts on the clock.
@NullMarked
package io.millrace.bench;

import org.jspecify.annotations.NullMarked;
