package io.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;

/// Where the servers of the tests come from (`-Dmillrace.test.infrastructure`).
class InfrastructureTest {
    @Test void containers_are_started_where_docker_is_and_refused_in_one_sentence_where_it_is_not() {
        if (DockerClientFactory.instance().isDockerAvailable())
            try (Infrastructure containers = Infrastructure.start("containers")) {
                assertThat(containers.settings().keySet()).contains("spring.r2dbc.url", "spring.data.redis.url",
                    "spring.kafka.bootstrap-servers");
            }
        else
            assertThatThrownBy(() -> Infrastructure.start("containers")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("needs a Docker engine").hasMessageContaining("embedded");
    }

    @Test void another_word_is_refused_by_name() {
        assertThatThrownBy(() -> Infrastructure.start("docker")).hasMessageContaining("embedded or containers");
    }
}
