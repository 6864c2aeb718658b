/// Requests that nobody would write, made from the OpenAPI document.
@NullMarked
package io.millrace.fuzz;

import org.jspecify.annotations.NullMarked;
