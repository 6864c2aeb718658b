@NullMarked
package io.millrace.vault;

import org.jspecify.annotations.NullMarked;
