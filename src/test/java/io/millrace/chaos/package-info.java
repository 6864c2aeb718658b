/// What breaks around the shop, and what must hold nevertheless.
@NullMarked
package io.millrace.chaos;

import org.jspecify.annotations.NullMarked;
