@NullMarked
package io.millrace.twofactor;

import org.jspecify.annotations.NullMarked;
