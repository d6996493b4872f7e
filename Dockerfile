# A node or a gateway of Weft: the application folder on a JDK 25, run as a user of its own.
FROM eclipse-temurin:25-jdk AS build
RUN apt-get update && apt-get install -y --no-install-recommends maven && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN mvn -B -ntp -Dquick -Dmaven.test.skip=true package

FROM eclipse-temurin:25-jdk
RUN useradd --create-home --uid 10001 weft && mkdir -p /opt/weft /var/lib/weft && chown weft /var/lib/weft
WORKDIR /opt/weft
COPY --from=build /src/tools/target/weft lib
COPY --from=build /src/weft weft
COPY --from=build /src/launcher launcher
COPY --from=build /src/models models
# The archive for fast starts (launcher/start-cache.sh), written while the folder may be written to.
RUN WEFT_HOME=/tmp/training /opt/weft/weft demo --once && rm -rf /tmp/training
ENV WEFT_HOME=/var/lib/weft
USER weft
VOLUME /var/lib/weft
ENTRYPOINT ["/opt/weft/weft"]
CMD ["--help"]
