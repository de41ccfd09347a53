# The portal in an image that holds it, the certificates of public authorities and nothing else.
FROM node:22-bookworm-slim AS assets
WORKDIR /src/static
COPY static/package.json static/package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY static ./
RUN npm run build

FROM golang:1.26.8-bookworm AS build
WORKDIR /src
ENV CGO_ENABLED=0 GOFLAGS=-mod=readonly GOTOOLCHAIN=local
COPY go.mod go.sum ./
RUN go mod download && go mod verify
COPY . .
COPY --from=assets /src/static/dist static/dist
RUN go build -trimpath -buildvcs=auto -o /out/fobdesk ./cmd/fobdesk \
	&& install -d -m 0700 /out/volume/data \
	&& install -D -m 0644 /etc/ssl/certs/ca-certificates.crt /out/ca-certificates.crt

FROM scratch AS final
LABEL org.opencontainers.image.title="Fobdesk" \
	org.opencontainers.image.description="Self-service enrolment of hardware OATH fobs at Microsoft Entra"
COPY --from=build /out/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/fobdesk /fobdesk
# The folder is copied as a part of its parent: only so does it keep its mode.
COPY --from=build --chown=65532:65532 /out/volume/ /
USER 65532:65532
ENV FOBDESK_DATABASE_URL=sqlite:/data/fobdesk.db
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/fobdesk", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/fobdesk"]
CMD ["serve"]
