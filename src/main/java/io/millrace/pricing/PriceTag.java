package io.millrace.pricing;

import io.millrace.money.Quantity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// What one unit of a variant costs, by quantity: minor units of the list's currency. The first step starts at 1 and is
/// the list price; later steps are quantity breaks, each starting higher and never costing more.
public record PriceTag(List<Step> steps) {
    /// More steps than this are not a price but a table.
    public static final int STEPS_MAX = 20;

    /// From this quantity on, one unit costs this much.
    public record Step(int fromQuantity, long minor) {}

    public PriceTag {
        steps = List.copyOf(steps);
        if (steps.isEmpty() || steps.size() > STEPS_MAX)
            throw new IllegalArgumentException("a price has 1 to " + STEPS_MAX + " steps");
        if (steps.getFirst().fromQuantity() != 1) throw new IllegalArgumentException("the first step starts at 1");
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (step.minor() < 0 || step.minor() > Quote.MINOR_MAX)
                throw new IllegalArgumentException("a price is not negative and has at most 15 digits");
            if (step.fromQuantity() > Quantity.MAX)
                throw new IllegalArgumentException("a step starts at most at " + Quantity.MAX);
            if (i == 0) continue;
            if (step.fromQuantity() <= steps.get(i - 1).fromQuantity())
                throw new IllegalArgumentException("every step starts at a higher quantity than the one before");
            if (step.minor() > steps.get(i - 1).minor())
                throw new IllegalArgumentException("a larger quantity may not cost more each");
        }
    }

    public static PriceTag of(long minor) {
        return new PriceTag(List.of(new Step(1, minor)));
    }

    /// A tag of what can be a tag: breaks in ascending order, and only those that do not cost more than smaller
    /// quantities. For sources whose dirt must not stop a whole import.
    static PriceTag lenient(long listMinor, Collection<Step> breaks) {
        List<Step> steps = new ArrayList<>(List.of(new Step(1, listMinor)));
        breaks.stream().sorted(Comparator.comparingInt(Step::fromQuantity)).forEach(step -> {
            Step last = steps.getLast();
            if (step.fromQuantity() > last.fromQuantity() && step.fromQuantity() <= Quantity.MAX && step.minor() >= 0
                && step.minor() <= last.minor() && steps.size() < STEPS_MAX) steps.add(step);
        });
        return new PriceTag(steps);
    }

    /// The list price: what one unit costs when only one is wanted.
    public long listMinor() {
        return steps.getFirst().minor();
    }

    /// The step that holds for a quantity.
    public Step at(long quantity) {
        Step found = steps.getFirst();
        for (Step step : steps) if (step.fromQuantity() <= quantity) found = step;
        return found;
    }
}
