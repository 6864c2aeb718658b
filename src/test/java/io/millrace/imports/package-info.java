@NullMarked
package io.millrace.imports;

import org.jspecify.annotations.NullMarked;
