package io.millrace.settings;

import java.util.ServiceLoader;
import org.springframework.boot.context.event.ApplicationStartingEvent;
import org.springframework.context.ApplicationListener;

/// Lets the rooms that are only there in development listen to the start: they name their listeners in
/// `META-INF/services`, which the production jar lacks together with the rooms.
final class DevelopmentRooms implements ApplicationListener<ApplicationStartingEvent> {
    @Override public void onApplicationEvent(ApplicationStartingEvent event) {
        for (ApplicationListener<?> listener : ServiceLoader.load(ApplicationListener.class))
            event.getSpringApplication().addListeners(listener);
    }
}
