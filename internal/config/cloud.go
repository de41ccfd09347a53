package config

import (
	"errors"
	"slices"
	"strings"
)

// cloud is where a national cloud has its sign-in and its Graph (Entra, "National clouds";
// Graph, "National cloud deployments").
type cloud struct{ login, graph string }

// graphVersion is the version of Graph that has the hardware OATH methods.
const graphVersion = "/beta"

func parseCloud(s string) (cloud, error) {
	switch s {
	case "global":
		return cloud{"https://login.microsoftonline.com", "https://graph.microsoft.com"}, nil
	case "usgov":
		return cloud{"https://login.microsoftonline.us", "https://graph.microsoft.us"}, nil
	case "usgovdod":
		return cloud{"https://login.microsoftonline.us", "https://dod-graph.microsoft.us"}, nil
	case "china":
		return cloud{"https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn"}, nil
	}
	return cloud{}, errors.New("want global, usgov, usgovdod or china")
}

// derive fills in what the cloud decides. Scopes carry the cloud's own Graph host whatever
// GraphURL says, for the host is part of their name and not an address.
func (d *draft) derive() {
	if d.IssuerURL == "" {
		d.IssuerURL = d.cloud.login + "/" + d.TenantID + "/v2.0"
	}
	if d.GraphURL == "" {
		d.GraphURL = d.cloud.graph + graphVersion
	}
	d.SelfScopes = d.fullNames(d.SelfScopes)
	d.AdminScopes = d.fullNames(d.SelfScopes, d.AdminScopes)
	d.InventoryScopes = d.fullNames(d.AdminScopes, d.InventoryScopes)
}

// fullNames joins sets of scopes, each scope once.
func (d *draft) fullNames(sets ...[]string) []string {
	var full []string
	for _, scope := range slices.Concat(sets...) {
		if !strings.Contains(scope, "://") {
			scope = d.cloud.graph + "/" + scope
		}
		if !slices.ContainsFunc(full, func(one string) bool { return strings.EqualFold(one, scope) }) {
			full = append(full, scope)
		}
	}
	return full
}
