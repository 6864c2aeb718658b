@NullMarked
package io.millrace.storefront;

import org.jspecify.annotations.NullMarked;
