@NullMarked
package io.millrace.money;

import org.jspecify.annotations.NullMarked;
