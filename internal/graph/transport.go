package graph

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// The limits of every call to Graph.
const (
	dialTimeout = 3 * time.Second
	callTimeout = 10 * time.Second
	listTimeout = 20 * time.Second // all pages of a list, and a refresh of the token
	maxBody     = 1 << 20          // bytes, decoded
	maxHeader   = 64 << 10         // bytes
	maxConns    = 256              // two hundred people enrolling at once, and some
	retryPause  = 200 * time.Millisecond
	maxRetries  = 2 // of a read
)

// newTransport is a pool of connections for one host. A connection over HTTP/2 that went dead
// without a word is found out by pings, before the calls on it run out of time. It is used without
// an http.Client, so that no redirect is ever followed: it would carry the token along.
func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTimeout,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 4 * time.Second, PingTimeout: 3 * time.Second},
		MaxConnsPerHost:        maxConns,
		MaxIdleConns:           maxConns,
		MaxIdleConnsPerHost:    maxConns,
		IdleConnTimeout:        time.Minute,
		MaxResponseHeaderBytes: maxHeader,
	}
}
