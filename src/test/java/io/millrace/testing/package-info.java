/// The language of the tests: real servers, a whole shop, a client, a database to ask.
@NullMarked
package io.millrace.testing;

import org.jspecify.annotations.NullMarked;
