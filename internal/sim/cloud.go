package sim

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Cloud is a tenant with its Entra and its Graph. It is safe for concurrent use.
type Cloud struct {
	options Options // never changed, but for the two URLs
	now     func() time.Time
	fobs    []Fob
	people  []*Person // never changed
	routes  []graphRoute

	mu       sync.Mutex // guards all below
	switches Switches
	faults   []*Fault
	calls    []Call
	tenant   tenant
	roles    map[string][]string // that are active, by person
	entra    entraState
	throttle []time.Time // of the calls that count
}

// New makes a tenant. It listens nowhere: see Entra, Graph and Listen.
func New(o Options) *Cloud {
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Cloud{
		options: o, now: o.Now, fobs: slices.Clone(o.Fobs), switches: o.Switches,
		routes: graphRoutes(), entra: newEntraState(), tenant: newTenant(), roles: make(map[string][]string),
	}
	for _, person := range o.People {
		c.people = append(c.people, &person)
		c.roles[person.ID] = person.Roles
	}
	fobs := make(map[string]*Fob, len(c.fobs))
	for i := range c.fobs {
		fobs[c.fobs[i].Serial] = &c.fobs[i]
	}
	for _, d := range o.Devices {
		made, err := c.newDevice(d, fobs[d.Serial])
		if err != nil {
			panic(fmt.Sprintf("sim: device %s: %v", d.Serial, err))
		}
		c.tenant.put(time.Time{}, made)
	}
	return c
}

// SetURLs says where the two sides are reached, without a path: what Entra writes into its
// metadata and Graph into its links.
func (c *Cloud) SetURLs(entra, graph string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.options.EntraURL, c.options.GraphURL = entra, graph
}

// Issuer is the issuer's URL: {entra}/{tenant id}/v2.0.
func (c *Cloud) Issuer() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.issuer()
}

func (c *Cloud) issuer() string { return c.options.EntraURL + "/" + c.options.TenantID + "/v2.0" }

// GraphBase is the URL that clients put before a path of Graph: {graph}/beta.
func (c *Cloud) GraphBase() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.graphBase()
}

func (c *Cloud) graphBase() string { return c.options.GraphURL + "/beta" }

// Update changes the switches.
func (c *Cloud) Update(change func(*Switches)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.switches)
}

// Listen serves Entra and Graph on two ports of the loopback interface, until stop. It sets the
// URLs.
func (c *Cloud) Listen() (stop func(), err error) {
	var listeners []net.Listener
	for range 2 {
		listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			for _, open := range listeners {
				err = errors.Join(err, open.Close())
			}
			return nil, fmt.Errorf("sim: %w", err)
		}
		listeners = append(listeners, listener)
	}
	c.SetURLs("http://"+listeners[0].Addr().String(), "http://"+listeners[1].Addr().String())
	var serving sync.WaitGroup
	var servers []*http.Server
	for i, handler := range []http.Handler{c.Entra(), c.Graph()} {
		server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
		servers = append(servers, server)
		serving.Go(func() { _ = server.Serve(listeners[i]) }) // it ends with Close
	}
	return func() {
		for _, server := range servers {
			_ = server.Close() // connections are cut, as they are meant to be
		}
		serving.Wait()
	}, nil
}

// person answers who has this object id, or nil.
func (c *Cloud) person(id string) *Person {
	i := slices.IndexFunc(c.people, func(p *Person) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	return c.people[i]
}
