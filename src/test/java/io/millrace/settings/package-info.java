@NullMarked
package io.millrace.settings;

import org.jspecify.annotations.NullMarked;
