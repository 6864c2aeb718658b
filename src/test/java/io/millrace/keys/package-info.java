@NullMarked
package io.millrace.keys;

import org.jspecify.annotations.NullMarked;
