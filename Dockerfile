# The demo, with the console on 8480 and the square on 8481; the word is what the console asks for:
#   docker build -t ponte .
#   docker run --rm -p 127.0.0.1:8480:8480 -p 127.0.0.1:8481:8481 -e PONTE_TOKEN=WORD ponte demo --listen 0.0.0.0:8480 --data /data
#
# To pin the builder for good, resolve its digest once and name it after the tag:
#   docker buildx imagetools inspect golang:1.26
#   FROM golang:1.26@sha256:… AS build
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-s -w" -o /out/ponte ./cmd/ponte
RUN mkdir -p /out/data /out/etc \
 && echo 'ponte:x:65532:65532:Ponte:/data:/sbin/nologin' > /out/etc/passwd \
 && echo 'ponte:x:65532:' > /out/etc/group \
 && chmod 0700 /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
# Go's own copy of the time zones, read through ZONEINFO.
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /zoneinfo.zip
ENV ZONEINFO=/zoneinfo.zip
COPY --from=build /out/etc/passwd /out/etc/group /etc/
COPY --from=build /out/ponte /ponte
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8480 8481
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["/ponte", "health"]
ENTRYPOINT ["/ponte"]
