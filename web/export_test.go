package web

// RouteOf is a line of the table of routes, for the tests that ask each.
type RouteOf struct {
	Method, Path string
	SignedIn     bool // only whoever is signed in may use it
	Form         bool // it reads a form of ours
}

// AllRoutes are the portal's routes.
func AllRoutes() []RouteOf {
	var all []RouteOf
	for _, r := range new(Server).routes() {
		all = append(all, RouteOf{Method: r.method, Path: r.path, SignedIn: r.access == signedIn, Form: r.path != cspReportPath})
	}
	return all
}
