/// What is for sale: products with their variants, images and categories, written in batches and told as facts.
@NullMarked
@ApplicationModule(allowedDependencies = {"money", "postgres", "http", "messaging", "jobs", "audit", "channel"})
package io.millrace.catalog;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
